import * as z from 'zod/mini';

import { readJsonFile } from '../core/project/readJsonFile';
import { writePrivateJson } from '../core/signIn/writePrivateJson';
import { createExclusive } from './files/exclusive';

/** The environment secrets of a tenant: names can be listed, values only be written. */
export interface SecretsFile {
  /** Sorted. */
  names(): Promise<readonly string[]>;
  /** Sets these; the others stay. */
  set(secrets: Readonly<Record<string, string>>): Promise<void>;
  /** @returns false when there was none of that name */
  remove(name: string): Promise<boolean>;
}

const stored = z.record(z.string(), z.string());

/**
 * Secrets in one JSON file, `{"NAME":"value"}`, private to the user and replaced as a whole: whoever starts the deployment gives
 * them to it. Its methods throw SyncError `io`, and `invalidInput` for a file that is something else.
 *
 * @param path absolute; need not exist
 */
export function createSecretsFile(path: string): SecretsFile {
  const alone = createExclusive();
  const read = async () => new Map(Object.entries((await readJsonFile(path, stored)) ?? {}));
  const write = (secrets: ReadonlyMap<string, string>) =>
    writePrivateJson(path, Object.fromEntries([...secrets].sort(([a], [b]) => (a < b ? -1 : 1))));
  return {
    names: async () => [...(await read()).keys()].sort(),
    set: (secrets) => alone(async () => write(new Map([...(await read()), ...Object.entries(secrets)]))),
    remove: (name) =>
      alone(async () => {
        const secrets = await read();
        if (!secrets.delete(name)) return false;
        await write(secrets);
        return true;
      }),
  };
}
