import path from 'node:path';
import * as z from 'zod/mini';
import { yamlLocator } from '../yaml/locateYaml';
import { readYaml } from '../yaml/readYaml';
import { SyncError } from '../syncError';
import type { Environment, ProjectProfile } from './project';
import { readTextFile } from './readJsonFile';

/** What is read of a profile.yaml; unknown keys are the server's business (cloud.md 5.1). */
export interface Profile extends ProjectProfile {
  /** Absolute; null when the profile does not say. */
  readonly servicesDir: string | null;
  readonly externalDatabaseAccess: boolean;
  readonly secrets: { readonly source: 'file' | 'env'; readonly path: string };
  /** Why writing to its databases needs a typed confirmation (design.md rule 5); null when it does not. */
  readonly productionReason: string | null;
}

const block = <Shape extends z.core.$ZodLooseShape>(shape: Shape) => z.nullish(z.looseObject(shape));

const profileSchema = z.looseObject({
  name: z.nullish(z.string()),
  display_name: z.nullish(z.string()),
  target: z.nullish(z.enum(['local', 'cloud'])),
  database: block({ external_db_access: z.nullish(z.boolean()) }),
  paths: block({ services: z.nullish(z.string()) }),
  runtime: block({ environment: z.nullish(z.string()) }),
  cloud: block({ tenant_id: z.nullish(z.string()) }),
  secrets: block({ source: z.nullish(z.enum(['file', 'env'])), secrets_path: z.nullish(z.string()) }),
});

/**
 * Reads one profile. `${NAME}` is replaced from `env` first (unset names stay); relative paths are relative to the
 * profile's own folder.
 *
 * @param file absolute path of a profile.yaml
 * @throws SyncError missingConfig when it does not exist, invalidInput with file, line and column when it cannot be used
 */
export async function readProfile(file: string, env: Environment): Promise<Profile> {
  const text = await readTextFile(file);
  if (text === undefined)
    throw new SyncError('missingConfig', `The profile ${file} does not exist.`, { details: { file } });
  const values = parseProfile(substitute(text, env), file);
  const folder = path.dirname(file);
  const name = values.name ?? path.basename(folder);
  const target = values.target ?? 'local';
  const environment = values.runtime?.environment ?? null;
  const services = values.paths?.services;
  return {
    name,
    path: file,
    displayName: values.display_name ?? name,
    target,
    environment,
    tenantId: nonEmpty(values.cloud?.tenant_id),
    servicesDir:
      services === undefined || services === null || services === '' ? null : path.resolve(folder, services),
    externalDatabaseAccess: values.database?.external_db_access ?? false,
    secrets: {
      source: values.secrets?.source ?? 'file',
      path: path.resolve(folder, nonEmpty(values.secrets?.secrets_path) ?? 'secrets.json'),
    },
    productionReason: productionReason(name, target, environment),
  };
}

function productionReason(
  name: string,
  target: 'local' | 'cloud',
  environment: string | null,
): string | null {
  if (environment !== null && /^prod/i.test(environment.trim())) {
    return `profile ${name} has runtime.environment ${environment}`;
  }
  return target === 'cloud' ? `profile ${name} has target cloud` : null;
}

/**
 * These are left as they are written: what is read of a profile is shown to people, and a profile that came with somebody
 * else's repository must not be able to have a secret shown or sent.
 */
const secretName = /TOKEN|SECRET|PASSWORD|PASSWD|PEPPER|KEY$|DATABASE\w*_URL|DATABASE_URL/i;

function substitute(text: string, env: Environment): string {
  return text.replace(/\$\{(\w+)\}/g, (whole, name: string) =>
    secretName.test(name) ? whole : (env[name] ?? whole),
  );
}

function parseProfile(text: string, file: string): z.output<typeof profileSchema> {
  const read = readYaml(text);
  if ('fault' in read) throw unusable(file, read.fault.reason, read.fault.position);
  const parsed = profileSchema.safeParse(read.value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const keys = (issue?.path ?? []).map((key) => (typeof key === 'number' ? key : String(key)));
  const what = keys.length === 0 ? 'it is not a mapping' : `${keys.join('.')} ${expectation(issue)}`;
  throw unusable(file, what, yamlLocator(text)(keys));
}

function expectation(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`;
  return issue?.code === 'invalid_type' ? `must be of type ${issue.expected}` : 'has the wrong type';
}

function unusable(
  file: string,
  reason: string,
  position: { readonly line: number; readonly column: number } | undefined,
): SyncError {
  const where = position === undefined ? '' : `, line ${position.line}, column ${position.column}`;
  return new SyncError('invalidInput', `The profile ${file} cannot be used${where}: ${reason}.`, {
    hint: 'Correct the profile, or choose another with --profile.',
    details: { file, ...position },
  });
}

function nonEmpty(value: string | null | undefined): string | null {
  return value === undefined || value === null || value.trim() === '' ? null : value.trim();
}
