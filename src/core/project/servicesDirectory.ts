import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { SyncError } from '../syncError';
import { isDirectory } from './findProjectRoot';
import type { Profile } from './profile';
import type { ProjectOptions } from './project';

export interface FoundServices {
  readonly directory: string;
  readonly from: string;
  readonly warnings: readonly string[];
}

/**
 * The option, the profile's `paths.services`, `SYSTEMPROMPT_SERVICES_PATH`, or `services/` of the project; the first that
 * is set counts. A path inside the container (cloud.md 4.1) falls back on `services/`.
 *
 * @throws SyncError missingConfig when it is not an existing folder
 */
export async function findServices(
  root: string,
  profile: Profile | undefined,
  options: ProjectOptions,
): Promise<FoundServices> {
  const beside = { directory: path.join(root, 'services'), from: 'services/ of the project', warnings: [] };
  const chosen = configured(profile, options) ?? beside;
  if (await isDirectory(chosen.directory)) return { ...chosen, directory: await realpath(chosen.directory) };

  if (profile !== undefined && chosen.directory === profile.servicesDir && isContainerPath(profile)) {
    if (await isDirectory(beside.directory)) {
      const warning = `${chosen.directory} (${chosen.from}) is a folder of the container and not here: ${beside.directory} is used.`;
      return { ...beside, directory: await realpath(beside.directory), warnings: [warning] };
    }
  }
  throw new SyncError(
    'missingConfig',
    `The services folder ${chosen.directory} (${chosen.from}) does not exist.`,
    {
      hint: 'Create it, or name the right one with --services.',
      details: { folder: chosen.directory, from: chosen.from },
    },
  );
}

function configured(profile: Profile | undefined, options: ProjectOptions): FoundServices | undefined {
  const found = (directory: string, from: string): FoundServices => ({ directory, from, warnings: [] });
  if (options.servicesDir) return found(path.resolve(options.start, options.servicesDir), '--services');
  if (profile?.servicesDir) return found(profile.servicesDir, `profile ${profile.name} (paths.services)`);
  const fromEnv = options.env['SYSTEMPROMPT_SERVICES_PATH'];
  return fromEnv ? found(path.resolve(options.start, fromEnv), 'env SYSTEMPROMPT_SERVICES_PATH') : undefined;
}

function isContainerPath(profile: Profile): boolean {
  return profile.target === 'cloud' || profile.servicesDir?.startsWith('/app/') === true;
}
