import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';

/**
 * Everything an extension has written to its log channels so far. Empty where the server has no log writer
 * (`hasLogWriter` of its installation).
 *
 * @param userDataFolder of the running server
 * @param extension its `publisher.name`
 */
export async function readExtensionLog(userDataFolder: string, extension: string): Promise<string> {
  const logs = path.join(userDataFolder, 'logs');
  const entries = await readdir(logs, { recursive: true });
  const own = entries.filter(
    (entry) => path.basename(path.dirname(entry)) === extension && entry.endsWith('.log'),
  );
  const texts = await Promise.all(own.sort().map((entry) => readFile(path.join(logs, entry), 'utf8')));
  return texts.join('\n');
}
