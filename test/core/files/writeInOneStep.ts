import { rename, writeFile } from 'node:fs/promises';

/** As an editor saves: a reader sees the old text or the new one. */
export async function writeInOneStep(file: string, text: string): Promise<void> {
  await writeFile(`${file}.saving`, text);
  await rename(`${file}.saving`, file);
}
