import * as z from 'zod/mini';
import { SyncError } from '../syncError';
import type { Profile } from './profile';
import type { Environment } from './project';
import { readJsonFile } from './readJsonFile';

const secretsSchema = z.looseObject({
  database_url: z.nullish(z.string()),
  external_database_url: z.nullish(z.string()),
});

/** The database URL of a profile, or what was looked for. */
export type ProfileDatabaseUrl =
  | { readonly kind: 'found'; readonly url: () => string; readonly from: string }
  | { readonly kind: 'missing'; readonly from: string };

/**
 * cloud.md 5.2: `external_database_url` when the profile opens external access and it is there, else `database_url`, from
 * the secrets file or (secrets source `env`) from the environment.
 *
 * @throws SyncError invalidInput or io when the secrets file cannot be used; nothing of its content is repeated
 */
export async function profileDatabaseUrl(profile: Profile, env: Environment): Promise<ProfileDatabaseUrl> {
  if (profile.secrets.source === 'env') {
    const values = { database_url: env['DATABASE_URL'], external_database_url: env['EXTERNAL_DATABASE_URL'] };
    return pick(
      values,
      profile,
      (key) => `env ${key.toUpperCase()} (profile ${profile.name}: secrets from env)`,
    );
  }
  const values = await readJsonFile(profile.secrets.path, secretsSchema);
  if (values === undefined) {
    return { kind: 'missing', from: `${profile.secrets.path} of profile ${profile.name} does not exist` };
  }
  return pick(values, profile, (key) => `${key} in ${profile.secrets.path} (profile ${profile.name})`);
}

function pick(
  values: z.output<typeof secretsSchema>,
  profile: Profile,
  nameOf: (key: 'database_url' | 'external_database_url') => string,
): ProfileDatabaseUrl {
  const external = profile.externalDatabaseAccess ? values.external_database_url : undefined;
  const key = external ? 'external_database_url' : 'database_url';
  const url = external || values.database_url;
  return url
    ? { kind: 'found', url: () => url, from: nameOf(key) }
    : { kind: 'missing', from: `no ${nameOf(key)}` };
}

/** True for a URL whose password was replaced for display (cloud.md 3.3): no connection can be made with it. */
export function isMaskedUrl(url: string): boolean {
  return /:\*{3,}@/.test(url);
}

/** @throws SyncError invalidInput for a masked URL */
export function refuseMaskedUrl(url: string, from: string): void {
  if (!isMaskedUrl(url)) return;
  throw new SyncError(
    'invalidInput',
    `The database URL from ${from} is masked: its password is only asterisks.`,
    {
      hint: 'Put the real URL there. The account shows it masked; the profile has to be refreshed, or the password rotated.',
      details: { setting: from },
    },
  );
}
