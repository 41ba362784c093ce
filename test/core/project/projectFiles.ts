import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

/**
 * Writes files into a new temporary folder that goes when the test ends.
 * @param files path → text, or a value to be written as JSON; a path that ends with `/` is an empty folder
 * @returns the folder, without symbolic links
 */
export async function projectWith(files: Readonly<Record<string, unknown>>): Promise<string> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), 'project-')));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name);
    await mkdir(name.endsWith('/') ? file : path.dirname(file), { recursive: true });
    if (!name.endsWith('/'))
      await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return root;
}

/** A minimal profile.yaml below `.systemprompt/profiles/NAME/`, as an entry for `projectWith`. */
export function profileFile(name: string, more = ''): Record<string, string> {
  const text = `name: ${name}\ndisplay_name: The ${name} one\npaths:\n  services: ../../../services\n${more}`;
  return { [`.systemprompt/profiles/${name}/profile.yaml`]: text };
}
