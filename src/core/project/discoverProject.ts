import path from 'node:path';
import { readNonProductionTargets } from '../database/targets';
import { SyncError } from '../syncError';
import { chooseProfile } from './chooseProfile';
import { findProjectRoot } from './findProjectRoot';
import { type Profile, readProfile } from './profile';
import type { Project, ProjectOptions, ProjectProfile } from './project';
import { findCloudDatabase, findDatabase } from './projectDatabases';
import { findProjectTenant } from './projectTenant';
import { findServices } from './servicesDirectory';

export { requireDatabase, type Project, type ProjectOptions } from './project';

/**
 * Finds the project at or above a folder, and everything about it that is configured, with where each value came from. Reads
 * only; talks to no server.
 *
 * Missing pieces that a person can add later (database, profile, tenant) are not errors; `provenance` says what was looked
 * for.
 *
 * @throws SyncError notProjectRoot; missingConfig (a profile that was asked for, the services folder); invalidInput (a
 *   profile or a URL given by hand that cannot be used, with file, line and column or the setting); io
 */
export async function discoverProject(options: ProjectOptions): Promise<Project> {
  const found = await findRoot(options);
  const choice = await chooseProfile({
    root: found.root,
    start: options.start,
    profile: options.profile,
    env: options.env,
  });
  const profile = choice.file === undefined ? undefined : await readProfile(choice.file, options.env);
  const services = await findServices(found.root, profile, options);
  const { root, marker, warnings } = homeOf(found, services.directory);
  const tenant = await findProjectTenant(root, profile, options);
  const marked = await nonProductionTargets(root);
  const judgement = {
    productionProfile: profile?.productionReason ?? undefined,
    nonProduction: marked.targets,
  };
  const database = await findDatabase(profile, options, judgement);
  const cloudDatabase = findCloudDatabase(tenant.known, options, judgement);
  return {
    root,
    servicesDir: services.directory,
    profile: profile === undefined ? undefined : publicPart(profile),
    profilesAvailable: choice.available,
    database: database.target,
    databaseProblem: database.problem,
    cloudDatabase: cloudDatabase.target,
    tenant: tenant.tenant,
    apiUrl: tenant.apiUrl,
    mode: tenant.mode,
    provenance: {
      root: marker,
      servicesDir: services.from,
      profile: choice.from,
      database: database.from,
      cloudDatabase: cloudDatabase.from,
      tenant: tenant.from.tenant,
      apiUrl: tenant.from.apiUrl,
      mode: tenant.from.mode,
    },
    warnings: [
      ...warnings,
      ...choice.warnings,
      ...services.warnings,
      ...tenant.warnings,
      ...marked.warnings,
      ...database.warnings,
      ...cloudDatabase.warnings,
    ],
  };
}

interface Home {
  readonly root: string;
  readonly marker: string;
  readonly warnings: readonly string[];
}

/** A services folder that is named by hand is enough of a project. */
async function findRoot({ start, servicesDir }: ProjectOptions): Promise<Home> {
  try {
    return { ...(await findProjectRoot(start)), warnings: [] };
  } catch (error) {
    if (!SyncError.is(error, 'notProjectRoot') || servicesDir === undefined) throw error;
    return {
      root: path.dirname(path.resolve(start, servicesDir)),
      marker: 'the folder of --services',
      warnings: [],
    };
  }
}

/** Paths and state are kept relative to the root, so a services folder outside of it brings its own. */
function homeOf(found: Home, services: string): Home {
  const inside = path.relative(found.root, services);
  if (inside !== '' && !inside.startsWith('..') && !path.isAbsolute(inside)) return found;
  const root = path.dirname(services);
  const warning = `The services folder ${services} lies outside of ${found.root}: state is kept in ${root}.`;
  return { root, marker: 'the folder of the services folder', warnings: [...found.warnings, warning] };
}

function publicPart({ name, path, displayName, target, environment, tenantId }: Profile): ProjectProfile {
  return { name, path, displayName, target, environment, tenantId };
}

/** A list that cannot be read marks nothing: every remote host stays production. */
async function nonProductionTargets(
  root: string,
): Promise<{ readonly targets: readonly string[]; readonly warnings: readonly string[] }> {
  try {
    return { targets: await readNonProductionTargets(root), warnings: [] };
  } catch (error) {
    if (!SyncError.is(error)) throw error;
    return { targets: [], warnings: [error.message] };
  }
}
