import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Ends the process with a message when this Node is too old. Called before anything is imported that needs more.
 */
export function requireNode() {
  const [major] = process.versions.node.split('.').map(Number);
  if (major >= 20) return;
  console.error(`Node.js 20 or newer is needed; this is ${process.version}.`);
  process.exit(1);
}

/**
 * Runs `npm ci` unless node_modules is what the lock file says.
 *
 * @param {string} root the project's folder
 * @throws {Error} when npm fails; its output was shown
 */
export function installDependencies(root) {
  const lock = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = path.join(root, 'node_modules', '.systemprompt-sync-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  if (!existsSync(stamp) && isInstalled(root)) {
    writeFileSync(stamp, lock);
    return;
  }
  console.log('Installing dependencies (npm ci; half a minute to two minutes) …');
  const { status, error } = spawnSync('npm', ['ci', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw error ?? new Error(`"npm ci" ended with code ${status}.`);
  writeFileSync(stamp, lock);
}

/** Whether someone ran `npm ci` or `npm install` with this very lock: npm keeps a copy of what it installed. */
function isInstalled(root) {
  const installed = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const present = packagesOf(installed);
  return Object.entries(packagesOf(path.join(root, 'package-lock.json'))).every(
    ([folder, { version, optional }]) =>
      folder === '' || optional === true || present[folder]?.version === version,
  );
}
