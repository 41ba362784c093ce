export interface BrowserInstallation {
  readonly executablePath: string;
  readonly args: readonly string[];
  /** Goes on top of the environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** See ensureBrowser.mjs. */
export function ensureBrowser(): Promise<BrowserInstallation>;
