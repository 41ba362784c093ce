import { type DatabaseTarget, parseDatabaseUrl, type TargetJudgement } from '../database/databaseTarget';
import { SyncError } from '../syncError';
import type { Profile } from './profile';
import type { ProjectOptions } from './project';
import { profileDatabaseUrl, refuseMaskedUrl } from './secrets';
import type { KnownTenant } from './tenants';

export interface FoundDatabase {
  readonly target: DatabaseTarget | undefined;
  readonly from: string;
  /** Why there is no target although something is configured. */
  readonly problem?: SyncError;
  readonly warnings: readonly string[];
}

/**
 * The project's own database: the option, `DATABASE_URL`, the profile's. A URL given by hand that cannot be used is an
 * error; one in the profile's secrets is a problem to show, since everything else about the project can still be shown.
 *
 * @throws SyncError invalidInput that names the option or variable
 */
export async function findDatabase(
  profile: Profile | undefined,
  options: ProjectOptions,
  judgement: TargetJudgement,
): Promise<FoundDatabase> {
  const byHand = givenByHand(options.databaseUrl, '--database-url', options.env, 'DATABASE_URL');
  if (byHand === undefined) return fromProfile(profile, options, judgement);
  const target = usable(byHand.url, byHand.from, judgement);
  const configured = await fromProfile(profile, options, judgement);
  const hidden =
    configured.target !== undefined &&
    configured.target.identity !== target.identity &&
    byHand.from.startsWith('env')
      ? [
          `${byHand.from} (${target.label}) is used instead of ${configured.target.label} of profile ${profile?.name ?? ''}.`,
        ]
      : [];
  return { target, from: byHand.from, warnings: hidden };
}

/**
 * The tenant's database as it is reached from here: the option, `SYSTEMPROMPT_CLOUD_DATABASE_URL`, or what the account
 * stored when external access is open. Otherwise the API has to be asked.
 *
 * @throws SyncError invalidInput that names the option or variable
 */
export function findCloudDatabase(
  tenant: KnownTenant | undefined,
  options: ProjectOptions,
  judgement: TargetJudgement,
): FoundDatabase {
  const variable = 'SYSTEMPROMPT_CLOUD_DATABASE_URL';
  const byHand = givenByHand(options.cloudDatabaseUrl, '--cloud-database-url', options.env, variable);
  if (byHand !== undefined) {
    return { target: usable(byHand.url, byHand.from, judgement), from: byHand.from, warnings: [] };
  }
  const stored = tenant?.externalDatabaseUrl();
  const ask = 'the API is asked for it';
  if (stored === undefined) return { target: undefined, from: ask, warnings: [] };
  const attempt = tryUsable(stored, `tenants.json (tenant ${tenant?.name ?? tenant?.id ?? ''})`, judgement);
  return attempt.problem === undefined ? attempt : { target: undefined, from: ask, warnings: [] };
}

async function fromProfile(
  profile: Profile | undefined,
  options: ProjectOptions,
  judgement: TargetJudgement,
): Promise<FoundDatabase> {
  const places = 'not found: no --database-url, no env DATABASE_URL';
  if (profile === undefined) return { target: undefined, from: `${places}, no profile in use`, warnings: [] };
  try {
    const found = await profileDatabaseUrl(profile, options.env);
    if (found.kind === 'found') return tryUsable(found.url(), found.from, judgement);
    return { target: undefined, from: `${places}, ${found.from}`, warnings: [] };
  } catch (error) {
    if (!SyncError.is(error)) throw error;
    return unusable(error);
  }
}

function givenByHand(
  option: string | undefined,
  optionName: string,
  env: ProjectOptions['env'],
  variable: string,
): { readonly url: string; readonly from: string } | undefined {
  if (option) return { url: option, from: optionName };
  const fromEnv = env[variable];
  return fromEnv ? { url: fromEnv, from: `env ${variable}` } : undefined;
}

function usable(url: string, from: string, judgement: TargetJudgement): DatabaseTarget {
  refuseMaskedUrl(url, from);
  return parseDatabaseUrl(url, from, judgement);
}

function tryUsable(url: string, from: string, judgement: TargetJudgement): FoundDatabase {
  try {
    return { target: usable(url, from, judgement), from, warnings: [] };
  } catch (error) {
    if (!SyncError.is(error)) throw error;
    return unusable(error);
  }
}

function unusable(problem: SyncError): FoundDatabase {
  return { target: undefined, from: problem.message, problem, warnings: [problem.message] };
}
