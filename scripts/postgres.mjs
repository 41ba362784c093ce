import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { isOpenToAll, unprivilegedAccount } from './postgres/postgresBinaries.mjs';

const keeper = fileURLToPath(new URL('postgres/keepPostgres.mjs', import.meta.url));
const user = 'systemprompt';

/**
 * Starts a real Postgres of its own, on loopback, empty, with one superuser that has a password. It stops, and its
 * data goes, with `stop()` or when this process ends in whatever way.
 *
 * @param {object} [options]
 * @param {string} [options.directory] where its folder is made; the system's temporary folder by default, and also
 *   when this process is root and the account the server then runs as could not enter the folder
 * @param {number} [options.port] a free one by default
 * @param {boolean} [options.durable] commits reach the disk, as on a server in the field: for measurements
 * @returns {Promise<{url: string, port: number, stop: () => Promise<void>}>} `url` names the database `postgres`
 * @throws {Error} when it is not installed or does not start; the message holds the end of its log
 */
export async function startPostgres({ directory, port = 0, durable = false } = {}) {
  const folder = mkdtempSync(path.join(parentFolder(directory), 'postgres-'));
  // A process group of its own: Ctrl-C reaches this process first, which may still need the database to clean up.
  const child = spawn(process.execPath, [keeper, folder, user, String(port), durable ? 'durable' : 'quick'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.stdin.on('error', () => child.kill());
  const answer = await firstLine(child);
  if (answer.error !== undefined) {
    await gone;
    throw new Error(answer.error);
  }
  return {
    url: `postgresql://${user}:${answer.password}@127.0.0.1:${answer.port}/postgres`,
    port: answer.port,
    async stop() {
      child.stdin.end();
      await gone;
    },
  };
}

/** @param {string | undefined} directory */
function parentFolder(directory) {
  if (directory === undefined) return tmpdir();
  mkdirSync(directory, { recursive: true });
  return unprivilegedAccount() === undefined || isOpenToAll(directory) ? directory : tmpdir();
}

async function firstLine(child) {
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line);
  return { error: 'The process that keeps Postgres ended without an answer.' };
}
