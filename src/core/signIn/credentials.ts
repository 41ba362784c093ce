import { rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { readJsonFile } from '../project/readJsonFile';
import { errnoOf, messageOf, SyncError } from '../syncError';
import { writePrivateJson } from './writePrivateJson';

/** The login that the command line of systemprompt.io and this product share (cloud.md 3.2). */
const credentialsSchema = z.looseObject({
  api_token: z.string().check(z.refine((token) => /^[\x21-\x7e]+$/.test(token), 'is empty or holds blanks')),
  api_url: z.string().check(z.refine((url) => URL.canParse(url), 'is not an address')),
  authenticated_at: z.optional(z.nullable(z.string())),
  user_email: z.string().check(z.regex(/^[^\s@]+@[^\s@]+$/, 'is not an e-mail address')),
  last_validated_at: z.optional(z.nullable(z.string())),
});

/** A stored login. The token is readable by name only: it is in no JSON and no `util.inspect`. */
export class Credentials {
  readonly apiUrl: string;
  readonly userEmail: string;
  /** ISO 8601; null when the file does not say. */
  readonly authenticatedAt: string | null;
  readonly lastValidatedAt: string | null;
  readonly #apiToken: string;

  constructor(values: {
    readonly apiToken: string;
    readonly apiUrl: string;
    readonly userEmail: string;
    readonly authenticatedAt?: string | null;
    readonly lastValidatedAt?: string | null;
  }) {
    this.#apiToken = values.apiToken;
    this.apiUrl = values.apiUrl;
    this.userEmail = values.userEmail;
    this.authenticatedAt = values.authenticatedAt ?? null;
    this.lastValidatedAt = values.lastValidatedAt ?? null;
  }

  get apiToken(): string {
    return this.#apiToken;
  }
}

export function credentialsPath(projectRoot: string): string {
  return join(projectRoot, '.systemprompt', 'credentials.json');
}

/**
 * The stored login, or undefined when there is none.
 *
 * @throws SyncError `invalidInput` when the file cannot be understood (its content is not repeated), `io` when it
 * cannot be read
 */
export async function readCredentials(projectRoot: string): Promise<Credentials | undefined> {
  const stored = await readJsonFile(credentialsPath(projectRoot), credentialsSchema);
  if (stored === undefined) return undefined;
  const { api_token, api_url, user_email, authenticated_at, last_validated_at } = stored;
  return new Credentials({
    apiToken: api_token,
    apiUrl: api_url,
    userEmail: user_email,
    authenticatedAt: authenticated_at ?? null,
    lastValidatedAt: last_validated_at ?? null,
  });
}

/**
 * Stores a login so that other programs of systemprompt.io can read it: atomically, readable by its owner only, and
 * with the keys that we do not know kept.
 *
 * @throws SyncError `io`; `invalidInput` when a file is there that is not ours to replace (broken JSON)
 */
export async function writeCredentials(projectRoot: string, credentials: Credentials): Promise<void> {
  const path = credentialsPath(projectRoot);
  const kept = (await readJsonFile(path, z.looseObject({}))) ?? {};
  await writePrivateJson(path, {
    ...kept,
    api_token: credentials.apiToken,
    api_url: credentials.apiUrl,
    authenticated_at: credentials.authenticatedAt,
    user_email: credentials.userEmail,
    last_validated_at: credentials.lastValidatedAt,
  });
  await keepOutOfGit(dirname(path));
}

/** Whether a login is stored, usable or not. @throws SyncError `io` */
export async function hasCredentials(projectRoot: string): Promise<boolean> {
  const path = credentialsPath(projectRoot);
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw ioError(path, 'looked at', error);
  }
}

/** Signs out: forgets the stored login. True when there was one. */
export async function removeCredentials(projectRoot: string): Promise<boolean> {
  const path = credentialsPath(projectRoot);
  try {
    await rm(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw ioError(path, 'removed', error);
  }
}

/** A token in a repository is a token lost: where nothing says what git ignores here, the private files are named. */
async function keepOutOfGit(directory: string): Promise<void> {
  const path = join(directory, '.gitignore');
  try {
    await writeFile(path, 'credentials.json\ntenants.json\nsession.json\nsessions/\nsync/\nsecrets.json\n', {
      flag: 'wx',
    });
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw ioError(path, 'written', error);
  }
}

function ioError(path: string, what: string, cause: unknown): SyncError {
  return new SyncError('io', `${path} could not be ${what}: ${messageOf(cause)}`, {
    hint: 'Check the permissions of the folder and the free space of its disk.',
    details: { path },
    cause,
  });
}
