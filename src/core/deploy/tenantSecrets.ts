import * as z from 'zod/mini';
import type { Profile } from '../project/profile';
import { readJsonFile } from '../project/readJsonFile';
import { SyncError } from '../syncError';

/** Environment names of the keys that the server reads under another name (cloud.md 4.4, 5.2). */
const known: Readonly<Record<string, string>> = {
  gemini: 'GEMINI_API_KEY',
  anthropic: 'ANTHROPIC_API_KEY',
  openai: 'OPENAI_API_KEY',
  github: 'GITHUB_TOKEN',
  moonshot: 'MOONSHOT_API_KEY',
  qwen: 'QWEN_API_KEY',
};
const platformNames = new Set(['FLY_APP_NAME', 'FLY_MACHINE_ID']);
/** Names that the server knows without being told. */
const builtIn = new Set([
  'OAUTH_AT_REST_PEPPER',
  'MANIFEST_SIGNING_SECRET_SEED',
  'DATABASE_URL',
  'DATABASE_WRITE_URL',
  'EXTERNAL_DATABASE_URL',
  'INTERNAL_DATABASE_URL',
  'SYSTEMPROMPT_PROFILE',
  ...Object.values(known),
]);

/**
 * The secrets of a profile as the container's environment has them (cloud.md 4.4, without its defects).
 *
 * @returns a map, so that no printing or serialising of anything around it shows a value by accident
 * @throws SyncError `missingConfig` when the profile has no secrets file, `invalidInput` when it cannot be understood
 */
export async function tenantSecrets(profile: Profile): Promise<ReadonlyMap<string, string>> {
  const secretsFile = profile.secrets.path;
  const stored = await readJsonFile(secretsFile, z.looseObject({}));
  if (stored === undefined) {
    throw new SyncError('missingConfig', `${secretsFile} of profile ${profile.name} does not exist.`, {
      hint: 'Write the secrets of the profile, or deploy without sending them.',
      details: { file: secretsFile },
    });
  }
  return environmentOf(stored, profile);
}

function environmentOf(
  stored: Readonly<Record<string, unknown>>,
  profile: Profile,
): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const internal = stored['internal_database_url'];
  for (const [key, value] of Object.entries(stored)) {
    if (typeof value !== 'string' || value === '') continue;
    const name = nameOf(key, typeof internal === 'string' && internal !== '');
    if (name !== undefined) values.set(name, value);
  }
  values.set('SYSTEMPROMPT_PROFILE', `/app/services/profiles/${profile.name}/profile.yaml`);
  const custom = [...values.keys()].filter((name) => !builtIn.has(name)).sort();
  if (custom.length > 0) values.set('SYSTEMPROMPT_CUSTOM_SECRETS', custom.join(','));
  return values;
}

/** Inside of the platform the internal address is the database; the outer one is not sent then. */
function nameOf(key: string, hasInternal: boolean): string | undefined {
  if (key === 'internal_database_url') return 'DATABASE_URL';
  if (key === 'database_url') return hasInternal ? undefined : 'DATABASE_URL';
  const name = known[key] ?? key.toUpperCase();
  return platformNames.has(name) || !/^[A-Z_][A-Z0-9_]*$/.test(name) ? undefined : name;
}
