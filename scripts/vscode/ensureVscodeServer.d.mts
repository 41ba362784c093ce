export interface VscodeServerInstallation {
  /** The Node to run the server with. */
  readonly node: string;
  readonly serverMain: string;
  readonly folder: string;
  /** False where no C++ compiler was found: output channels are then empty, and no log file is written. */
  readonly hasLogWriter: boolean;
}

/** See ensureVscodeServer.mjs. */
export function ensureVscodeServer(say?: (line: string) => void): Promise<VscodeServerInstallation>;
