/**
 * The process that owns one embedded Postgres: makes its data folder, starts it, and stops it and removes the folder
 * when standard input closes. The system closes that pipe however the parent dies, so no server outlives a run.
 *
 * Arguments: the folder to work in (exists; is removed here), the user, the port (0: any), `durable` to have every
 * commit flushed as Postgres does by default.
 * Prints one line of JSON: `{"port": 1234, "password": "…"}` or `{"error": "…"}`.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { unprivilegedAccount, usablePostgres } from './postgresBinaries.mjs';

const [directory, user, wantedPort, durability] = process.argv.slice(2);
const password = randomBytes(12).toString('hex');
const account = unprivilegedAccount();
const data = path.join(directory, 'data');
const logFile = path.join(directory, 'postgres.log');
const suffix = process.platform === 'win32' ? '.exe' : '';
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  // Nothing here outlives the run: durability would only cost time.
  ...(durability !== 'durable' && { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  io_method: 'sync',
  shared_buffers: '64MB',
  lc_messages: 'C',
  timezone: 'UTC',
};

let server;
let stopping;

process.stdin.resume();
process.stdin.on('end', stop).on('error', stop).on('close', stop);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
// The parent may be gone before the answer is read.
process.stdout.on('error', stop);

try {
  chmodSync(directory, 0o711);
  const native = usablePostgres(path.join(directory, 'native'), account !== undefined);
  await createCluster(path.join(native, 'bin'));
  const port = await start(path.join(native, 'bin'));
  process.stdout.write(`${JSON.stringify({ port, password })}\n`);
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: error.message })}\n`);
  await stop();
}

async function createCluster(bin) {
  mkdirSync(data, { mode: 0o700 });
  const passwordFile = path.join(directory, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  writeFileSync(logFile, '', { mode: 0o600 });
  if (account !== undefined) {
    for (const file of [data, passwordFile, logFile]) chownSync(file, account.uid, account.gid);
  }
  const flags = [
    '-D',
    data,
    '-U',
    user,
    '-A',
    'scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
  ];
  const code = await ended(
    run(path.join(bin, `initdb${suffix}`), [...flags, '--locale=C', '--no-sync', '--no-instructions']),
  );
  rmSync(passwordFile, { force: true });
  if (code !== 0) throw new Error(`initdb ended with code ${code}:\n${logText()}`);
}

/** Starts the server; another process may take the free port first, so it tries again with the next one. */
async function start(bin) {
  for (let attempt = 1; ; attempt++) {
    if (stopping) throw new Error('Postgres was stopped while it started.');
    const port = Number(wantedPort) || (await freePort());
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    server = run(path.join(bin, `postgres${suffix}`), ['-D', data, '-p', String(port), ...flags]);
    if (await isReady(server)) return port;
    if (attempt === 3) throw new Error(`Postgres did not start:\n${logText()}`);
  }
}

function run(file, args) {
  const child = spawn(file, args, {
    ...account,
    cwd: data,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment(),
  });
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => appendFileSync(logFile, text));
  return child;
}

/** Without the PG* variables of the user's own server. */
function environment() {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'));
  return { ...Object.fromEntries(inherited), LC_ALL: 'C', HOME: data };
}

function isReady(child) {
  return new Promise((resolve, reject) => {
    let seen = '';
    child.stderr.on('data', (text) => {
      seen += text;
      if (seen.includes('ready to accept connections')) resolve(true);
    });
    child.on('error', reject).on('exit', () => resolve(false));
  });
}

function ended(child) {
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('exit', (code, signal) => resolve(code ?? signal));
  });
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

function logText() {
  return readFileSync(logFile, 'utf8').slice(-4000);
}

function stop() {
  stopping ??= stopServer().finally(() => {
    rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    process.exit();
  });
  return stopping;
}

/** Fast shutdown, then an immediate one, then none at all. */
async function stopServer() {
  if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
  const gone = ended(server);
  server.kill('SIGINT');
  const harder = setTimeout(() => server.kill('SIGQUIT'), 5000);
  const hardest = setTimeout(() => server.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(harder);
  clearTimeout(hardest);
}
