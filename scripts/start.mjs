/**
 * `npm start`: the sample project of demo/, with a database and a tenant that have drifted from it, in a real VS Code.
 * Installs what is missing. Everything it makes is below .cache/ and is gone when it stops.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installDependencies, requireNode } from './installDependencies.mjs';
import { isAlive } from './isAlive.mjs';
import { openBrowser } from './start/openBrowser.mjs';
import { openDesktop } from './start/openDesktop.mjs';
import { startOptions, usage } from './start/startOptions.mjs';

requireNode();
const root = path.resolve(fileURLToPath(new URL('..', import.meta.url)));
/** Undone in reverse when it stops. */
const cleanUps = [];
let leaving = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    console.log('\nStopping …');
    void leave(0);
  });
}

try {
  await start(startOptions(process.argv.slice(2)));
} catch (error) {
  if (!leaving) {
    console.error(error instanceof Error ? error.message : error);
    await leave(1);
  }
}

async function start(options) {
  if (options.help) {
    console.log(usage);
    return;
  }
  installDependencies(root);
  runNode('esbuild.mjs');
  const directory = makeFolder();
  const { startPostgres } = await import('./postgres.mjs');
  console.log('Starting Postgres …');
  const postgres = await startPostgres({ directory });
  cleanUps.push(() => postgres.stop());
  console.log('Laying out the sample project …');
  const { prepareDemo } = await import('../demo/prepare.mjs');
  const demo = await prepareDemo({ directory: path.join(directory, 'harbour'), databaseUrl: postgres.url });
  const { prepareTenant } = await import('../demo/prepareTenant.mjs');
  const tenantDirectory = path.join(directory, 'tenant');
  const tenant = await prepareTenant({ directory: demo.directory, tenantDirectory });
  cleanUps.push(() => tenant.stop());
  if (options.desktop) await showOnDesktop(demo.directory, directory);
  else await showInBrowser(demo.directory, directory, options);
}

function makeFolder() {
  const parent = path.join(root, '.cache', 'start');
  mkdirSync(parent, { recursive: true });
  for (const name of readdirSync(parent)) {
    // Left by a start that was killed without a chance to clean up.
    if (!isAlive(Number(name))) rmSync(path.join(parent, name), { recursive: true, force: true });
  }
  const directory = path.join(parent, String(process.pid));
  mkdirSync(directory);
  cleanUps.push(() => rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
  return directory;
}

async function showOnDesktop(folder, directory) {
  const desktop = await openDesktop({ root, folder, directory });
  cleanUps.push(() => desktop.stop());
  console.log('VS Code is open. Close its window, or press Ctrl-C, to stop.');
  await desktop.ended;
  await leave(0);
}

async function showInBrowser(folder, directory, { port, open }) {
  const { packageExtension } = await import('./package/packageExtension.mjs');
  const { ensureVscodeServer } = await import('./vscode/ensureVscodeServer.mjs');
  const { startVscodeServer } = await import('./vscode/startVscodeServer.mjs');
  const vsix = path.join(directory, 'systemprompt-sync.vsix');
  await packageExtension(root, vsix);
  const installation = await ensureVscodeServer();
  console.log('Starting VS Code …');
  const connectionToken = randomBytes(16).toString('hex');
  const server = await startVscodeServer({ installation, directory, vsix, connectionToken, port });
  cleanUps.push(() => server.stop());
  const url = server.url({ folder });
  if (open) openBrowser(url);
  console.log('Ctrl-C stops it and removes what it made.');
  console.log(`Open ${url}`);
}

function runNode(script) {
  const { status } = spawnSync(process.execPath, [script], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error(`"node ${script}" ended with code ${status}.`);
}

/** Stops everything that was started, the last first, and ends the process. */
async function leave(code) {
  if (leaving) return;
  leaving = true;
  for (const cleanUp of cleanUps.reverse()) {
    try {
      await cleanUp();
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
    }
  }
  process.exit(code);
}
