import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A real folder that is removed when the test has ended. */
export async function temporaryProject(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'sync-state-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await writeFiles(root, files);
  return root;
}

export async function writeFiles(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

/** Every file below a folder with its text, but for the state folder. */
export async function readTree(root: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(root.length + 1);
    if (entry.isFile() && !name.startsWith('.systemprompt/sync')) found[name] = await readFile(path, 'utf8');
  }
  return found;
}

/** Names of everything below a part of the state folder; empty when there is no such part. */
export async function listState(root: string, part: string): Promise<string[]> {
  const folder = join(root, '.systemprompt', 'sync', part);
  return (await readdir(folder, { recursive: true }).catch(() => [])).sort();
}
