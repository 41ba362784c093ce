import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTool } from '../runTool.mjs';

const cache = path.resolve(fileURLToPath(new URL('../../.cache', import.meta.url)));
const packages = ['docker.io', 'containerd', 'runc', 'docker-registry', 'tini'];

/** Why the engine of the tests cannot run on this machine; undefined when it can. */
export function whyNoEngine() {
  if (process.platform !== 'linux')
    return `the engine of the tests runs on Linux, this is ${process.platform}`;
  const uid = process.getuid?.() ?? 0;
  return uid === 0 ? undefined : `dockerd needs root (uid ${uid})`;
}

/**
 * Debian's engine and registry, unpacked into a folder of ours and not installed: no package database, no service and no
 * user is touched. Downloaded once.
 *
 * @returns {Promise<string>} the folder that holds usr/bin and usr/sbin
 * @throws {Error} when they cannot be downloaded
 */
export async function unpackEngine() {
  const root = path.join(cache, 'containers');
  if (existsSync(root)) return root;
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(path.join(cache, 'containers-'));
  try {
    const debs = path.join(work, 'debs');
    const unpacked = path.join(work, 'root');
    mkdirSync(debs);
    mkdirSync(unpacked);
    await download(debs);
    for (const name of readdirSync(debs).filter((file) => file.endsWith('.deb'))) {
      await runTool('dpkg', ['-x', path.join(debs, name), unpacked], { cwd: work });
    }
    // Several runs may do this at once; the first one wins.
    if (!existsSync(root)) renameSync(unpacked, root);
    return root;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A new machine has no package lists yet. */
async function download(folder) {
  const get = () => runTool('apt-get', ['download', '-qq', ...packages], { cwd: folder });
  try {
    await get();
  } catch {
    await runTool('apt-get', ['update', '-qq'], { cwd: folder });
    await get();
  }
}
