import type { VscodeServerInstallation } from './ensureVscodeServer.mjs';

export interface VscodeServerOptions {
  readonly installation: VscodeServerInstallation;
  /** Where the server's own folder is made; the system's temporary folder by default. */
  readonly directory?: string;
  /** A package to install before the start. */
  readonly vsix?: string;
  /** User settings, on top of those that keep the workbench quiet. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The address must then carry it; without one, every local process may connect. */
  readonly connectionToken?: string;
  /** Whether folders have to be trusted first; every folder is by default. */
  readonly workspaceTrust?: boolean;
  /** Added to the environment of the server, which the extension host shares. */
  readonly env?: Readonly<Record<string, string>>;
  /** Needed to run tests inside the extension host; suppresses messages and modal dialogs. */
  readonly smokeTestDriver?: boolean;
  /** A free one by default. */
  readonly port?: number;
}

export interface RunningVscodeServer {
  readonly port: number;
  /** `127.0.0.1:PORT`, the authority of `vscode-remote:` addresses. */
  readonly authority: string;
  /** Settings and logs; removed by `stop`. */
  readonly userDataFolder: string;
  /** What the server has printed so far. */
  output(): string;
  /** The address of a workbench: on a folder, or an empty one. */
  url(query?: { folder?: string; payload?: readonly (readonly [string, string])[] }): string;
  stop(): Promise<void>;
}

/** See startVscodeServer.mjs. */
export function startVscodeServer(options: VscodeServerOptions): Promise<RunningVscodeServer>;
