import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import * as z from 'zod/mini';
import { ensureBrowser } from '../../../scripts/vscode/ensureBrowser.mjs';
import { ensureVscodeServer } from '../../../scripts/vscode/ensureVscodeServer.mjs';
import { startVscodeServer } from '../../../scripts/vscode/startVscodeServer.mjs';
import type { RunningVscodeServer } from '../../../scripts/vscode/startVscodeServer.mjs';
import { readExtensionLog } from './extensionLog';
import { workbenchOn } from './workbench';
import type { Workbench } from './workbench';

export interface WorkbenchOptions {
  /** The workspace folder; none opens an empty window. */
  readonly folder?: string;
  /** User settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Environment of the extension host. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the folder has to be trusted first; it is trusted by default. */
  readonly workspaceTrust?: boolean;
  /** Pixels of the window; 1400 × 900 by default. */
  readonly size?: { readonly width: number; readonly height: number };
}

export interface OpenWorkbench {
  readonly workbench: Workbench;
  readonly server: RunningVscodeServer;
  /** What the extension wrote to its log channels; '' where the server cannot write logs. */
  extensionLog(): Promise<string>;
  /** What the page wrote to its console, one line a message. */
  consoleLines(): readonly string[];
  close(): Promise<void>;
}

/**
 * Starts a VS Code server with the packaged extension (`SYNC_TEST_VSIX`, made by globalSetup.ts), and a page on it.
 * The window is there when it returns; the extension may still be starting: wait for what it shows.
 */
export async function openWorkbench(options: WorkbenchOptions = {}): Promise<OpenWorkbench> {
  const server = await startServer(options);
  try {
    return await openPage(server, options);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function startServer(options: WorkbenchOptions): Promise<RunningVscodeServer> {
  const vsix = process.env.SYNC_TEST_VSIX;
  if (vsix === undefined)
    throw new Error('SYNC_TEST_VSIX is not set: test/vscode/harness/globalSetup.ts did not run.');
  return startVscodeServer({
    installation: await ensureVscodeServer(),
    vsix,
    ...(options.settings === undefined ? {} : { settings: options.settings }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.workspaceTrust === undefined ? {} : { workspaceTrust: options.workspaceTrust }),
  });
}

async function openPage(server: RunningVscodeServer, options: WorkbenchOptions): Promise<OpenWorkbench> {
  const browser = await launchBrowser();
  const close = async (): Promise<void> => {
    await browser.close();
    await server.stop();
  };
  try {
    const context = await browser.newContext({ viewport: options.size ?? { width: 1400, height: 900 } });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const printed: string[] = [];
    page.on('console', (message) => printed.push(`${message.type()}: ${message.text()}`));
    await page.goto(
      server.url({
        ...(options.folder === undefined ? {} : { folder: options.folder }),
        payload: [
          ['skipWelcome', 'true'],
          ['skipReleaseNotes', 'true'],
        ],
      }),
    );
    await page.locator('.monaco-workbench').waitFor({ timeout: 60_000 });
    return {
      workbench: workbenchOn(page, context, extensionId()),
      server,
      extensionLog: () => readExtensionLog(server.userDataFolder, extensionId()),
      consoleLines: () => printed,
      close,
    };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

async function launchBrowser(): Promise<Browser> {
  const { executablePath, args, env } = await ensureBrowser();
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return chromium.launch({
    executablePath,
    args: [...args],
    env: { ...Object.fromEntries(inherited), ...env },
  });
}

function extensionId(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  const { publisher, name } = z.parse(
    z.object({ publisher: z.string(), name: z.string() }),
    JSON.parse(text),
  );
  return `${publisher}.${name}`;
}
