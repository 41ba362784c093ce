import { open, rename } from 'node:fs/promises';

/** Replaces a small file as a whole: after a crash it holds the old text or the new one. */
export async function writeDurable(path: string, text: string): Promise<void> {
  const fresh = `${path}.new`;
  const file = await open(fresh, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
}

/** Sees to it that a file's content is on the disk before something refers to it. */
export async function flushFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}
