import type { DatabaseTarget } from '../core/database/databaseTarget';
import type { Project } from '../core/project/discoverProject';
import { SyncError } from '../core/syncError';
import type { Session } from './session';

/**
 * Asks the account for the address of the tenant's database (`GET …/database`), with the operator token of the environment or
 * of the stored login.
 *
 * @throws SyncError `missingConfig` without a tenant, `unauthorized`, and what the API says: a refusal stays the refusal it is
 */
export async function askCloudDatabase(
  project: Project,
  { env, context, options }: Session,
): Promise<DatabaseTarget> {
  const { tenant, apiUrl } = project;
  if (tenant.id === undefined) {
    throw new SyncError(
      'missingConfig',
      `No cloud database and no tenant are known: ${project.provenance.cloudDatabase}; ${project.provenance.tenant}.`,
      {
        hint: 'Give --cloud-database-url (or SYSTEMPROMPT_CLOUD_DATABASE_URL), or --tenant.',
      },
    );
  }
  const { readCredentials } = await import('../core/signIn/credentials');
  const apiToken = env['SYSTEMPROMPT_API_TOKEN'] || (await readCredentials(project.root))?.apiToken;
  if (!apiToken) {
    throw new SyncError(
      'unauthorized',
      `Not signed in to ${apiUrl}, which knows the address of the cloud database.`,
      {
        hint: 'Set SYSTEMPROMPT_API_TOKEN, sign in, or give --cloud-database-url.',
      },
    );
  }
  const [
    { SyncConfig },
    { SyncApiClient },
    { parseDatabaseUrl },
    { refuseMaskedUrl },
    { readNonProductionTargets },
  ] = await Promise.all([
    import('../core/syncConfig'),
    import('../core/api/syncApiClient'),
    import('../core/database/databaseTarget'),
    import('../core/project/secrets'),
    import('../core/database/targets'),
  ]);
  const config = SyncConfig.from({
    direction: 'Push',
    dryRun: false,
    verbose: false,
    tenantId: tenant.id,
    apiUrl,
    apiToken,
    servicesPath: project.servicesDir,
  });
  const client = new SyncApiClient(config, {
    client: { ...(options.clientId !== undefined && { clientId: options.clientId }) },
  });
  try {
    const url = await client.databaseUrl(context);
    const from = `the account (tenant ${tenant.name ?? tenant.id})`;
    refuseMaskedUrl(url, from);
    return parseDatabaseUrl(url, from, { nonProduction: await readNonProductionTargets(project.root) });
  } finally {
    await client.close();
  }
}
