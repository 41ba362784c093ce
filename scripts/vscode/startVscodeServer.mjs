import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTool } from '../runTool.mjs';
import { quietSettings } from './quietSettings.mjs';

const keeper = fileURLToPath(new URL('../keepChild.mjs', import.meta.url));
const startTimeout = 60_000;

/**
 * Starts a VS Code server on loopback, with a home, settings and extensions of its own. It stops, and its files go,
 * with `stop()` or when this process ends in whatever way.
 *
 * @param {import('./startVscodeServer.mjs').VscodeServerOptions} options
 * @returns {Promise<import('./startVscodeServer.mjs').RunningVscodeServer>}
 * @throws {Error} when the extension cannot be installed or the server does not start; the message holds its output
 */
export async function startVscodeServer(options) {
  const parent = options.directory ?? tmpdir();
  mkdirSync(parent, { recursive: true });
  const home = mkdtempSync(path.join(parent, 'vscode-'));
  const files = layOut(home, options.settings ?? {});
  const { node, serverMain } = options.installation;
  const env = environment(files, options.env ?? {});
  const places = [
    serverMain,
    '--accept-server-license-terms',
    ...['--server-data-dir', home, '--user-data-dir', files.userData, '--extensions-dir', files.extensions],
    ...['--telemetry-level', 'off'],
  ];
  if (options.vsix !== undefined) {
    await runTool(node, [...places, '--install-extension', options.vsix], { cwd: home, env });
  }
  const flags = [
    ...['--host', '127.0.0.1', '--port', String(options.port ?? 0)],
    ...tokenFlags(home, options.connectionToken),
    ...(options.workspaceTrust === true ? [] : ['--disable-workspace-trust']),
    ...(options.smokeTestDriver === true ? ['--enable-smoke-test-driver'] : []),
  ];
  // A process group of its own: Ctrl-C reaches this process, which then stops everything in order.
  const child = spawn(process.execPath, [keeper, home, node, ...places, ...flags], {
    cwd: home,
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const output = collect(child);
  const stop = async () => {
    child.stdin.end();
    await gone;
  };
  const port = await listening(child, output).catch(async (error) => {
    await stop();
    throw error;
  });
  return {
    port,
    authority: `127.0.0.1:${port}`,
    userDataFolder: files.userData,
    output: () => output.text,
    url: (query) => workbenchUrl(port, options.connectionToken, query),
    stop,
  };
}

function layOut(home, settings) {
  const files = {
    home: path.join(home, 'home'),
    temporary: path.join(home, 'tmp'),
    userData: path.join(home, 'data'),
    extensions: path.join(home, 'extensions'),
  };
  for (const folder of Object.values(files)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  // The page reads the user's settings, the extension host the machine's.
  for (const scope of ['User', 'Machine']) {
    mkdirSync(path.join(files.userData, scope), { recursive: true });
    const text = JSON.stringify({ ...quietSettings, ...settings }, null, 2);
    writeFileSync(path.join(files.userData, scope, 'settings.json'), text);
  }
  return files;
}

/** By file: every user of the machine can read the arguments of a process. */
function tokenFlags(home, token) {
  if (token === undefined) return ['--without-connection-token'];
  const file = path.join(home, 'token');
  writeFileSync(file, token, { mode: 0o600 });
  return ['--connection-token-file', file];
}

/** Nothing of the user's own editor, sockets inside the folder, and no extension gallery to ask. */
function environment(files, extra) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(VSCODE|ELECTRON|XDG)_/.test(name));
  return {
    ...Object.fromEntries(inherited),
    HOME: files.home,
    TMPDIR: files.temporary,
    XDG_RUNTIME_DIR: files.temporary,
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    ...extra,
  };
}

function collect(child) {
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      output.text += text;
    });
  }
  return output;
}

function listening(child, output) {
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`The VS Code server ${why}:\n${output.text}`));
    const timer = setTimeout(() => fail('did not start in a minute'), startTimeout);
    child.on('error', reject).on('exit', (code) => fail(`ended with code ${code}`));
    child.stdout.on('data', () => {
      const port = /Extension host agent listening on (\d+)/.exec(output.text)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    });
  });
}

/** `payload` is the workbench's own list of [key, value]. */
function workbenchUrl(port, token, { folder, payload = [] } = {}) {
  const query = new URLSearchParams();
  if (token !== undefined) query.set('tkn', token);
  if (folder === undefined) query.set('ew', 'true');
  else query.set('folder', folder);
  if (payload.length > 0) query.set('payload', JSON.stringify(payload));
  return `http://127.0.0.1:${port}/?${query}`;
}
