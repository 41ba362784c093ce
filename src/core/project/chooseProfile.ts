import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf, messageOf, SyncError } from '../syncError';
import { isDirectory, isFile } from './findProjectRoot';
import type { Environment } from './project';
import { sessionProfileName } from './sessions';

export interface ProfileChoice {
  /** Absolute path of a profile.yaml; undefined when there is none, or several and none was chosen. */
  readonly file: string | undefined;
  readonly from: string;
  /** Names of the folders of `.systemprompt/profiles/` that hold a profile.yaml, sorted. */
  readonly available: readonly string[];
  readonly warnings: readonly string[];
}

interface Request {
  readonly root: string;
  /** Relative paths are relative to it. */
  readonly start: string;
  readonly profile: string | undefined;
  readonly env: Environment;
}

/**
 * The order of cloud.md 5.1: what was asked for, `SYSTEMPROMPT_PROFILE`, the session, the only one there is.
 * @throws SyncError missingConfig when a profile that was asked for does not exist
 */
export async function chooseProfile(request: Request): Promise<ProfileChoice> {
  const profiles = path.join(request.root, '.systemprompt', 'profiles');
  const available = await profileNames(profiles);
  const fileOf = (name: string): string => path.join(profiles, name, 'profile.yaml');

  const asked = askedFor(request);
  if (asked !== undefined) {
    const file = isPath(asked.value)
      ? await profileAt(resolvePath(asked.value, request))
      : available.includes(asked.value)
        ? fileOf(asked.value)
        : undefined;
    if (file === undefined) throw unknownProfile(asked, available, profiles);
    return { file, from: asked.from, available, warnings: [] };
  }

  const session = await sessionProfileName(request.root);
  if (session.name !== undefined && available.includes(session.name)) {
    return { file: fileOf(session.name), from: session.from, available, warnings: session.warnings };
  }
  const warnings = [...session.warnings];
  if (session.name !== undefined) {
    warnings.push(`The session in ${session.from} uses profile "${session.name}", which does not exist.`);
  }
  const [only, ...others] = available;
  if (only === undefined) return { file: undefined, from: `no profile in ${profiles}`, available, warnings };
  if (others.length === 0) return { file: fileOf(only), from: 'the only profile', available, warnings };
  const several = `several profiles and none chosen: ${available.join(', ')}`;
  warnings.push(`There are ${several}. Choose one with --profile or SYSTEMPROMPT_PROFILE.`);
  return { file: undefined, from: several, available, warnings };
}

interface Asked {
  readonly value: string;
  readonly from: string;
}

function askedFor({ profile, env }: Request): Asked | undefined {
  if (profile !== undefined && profile !== '') return { value: profile, from: '--profile' };
  const fromEnv = env['SYSTEMPROMPT_PROFILE'];
  return fromEnv === undefined || fromEnv === ''
    ? undefined
    : { value: fromEnv, from: 'env SYSTEMPROMPT_PROFILE' };
}

/** cloud.md 5.1: a separator, a YAML ending, or a leading `.` or `~` make it a path. */
function isPath(value: string): boolean {
  return /[\\/]|\.ya?ml$|^[.~]/.test(value);
}

function resolvePath(value: string, { start, env }: Request): string {
  const home = env['HOME'] ?? env['USERPROFILE'];
  const expanded =
    home !== undefined && /^~(?=$|[\\/])/.test(value) ? path.join(home, value.slice(1)) : value;
  return path.resolve(start, expanded);
}

async function profileAt(place: string): Promise<string | undefined> {
  const file = (await isDirectory(place)) ? path.join(place, 'profile.yaml') : place;
  return (await isFile(file)) ? file : undefined;
}

async function profileNames(profiles: string): Promise<string[]> {
  try {
    const names = await readdir(profiles);
    const present = await Promise.all(names.map((name) => isFile(path.join(profiles, name, 'profile.yaml'))));
    return names.filter((_, index) => present[index] === true).sort();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
    throw new SyncError('io', `The profiles in ${profiles} cannot be listed: ${messageOf(error)}`, {
      details: { folder: profiles },
      cause: error,
    });
  }
}

function unknownProfile(asked: Asked, available: readonly string[], profiles: string): SyncError {
  const existing =
    available.length === 0 ? `There is none in ${profiles}.` : `There are: ${available.join(', ')}.`;
  return new SyncError(
    'missingConfig',
    `The profile "${asked.value}" from ${asked.from} does not exist. ${existing}`,
    {
      hint: 'Name an existing profile, or the path of a profile.yaml.',
      details: { profile: asked.value, available },
    },
  );
}
