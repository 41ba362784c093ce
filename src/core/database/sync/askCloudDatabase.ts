import { connectTenant, type ConnectOptions } from '../../api/connectTenant';
import type { RunContext } from '../../ports';
import type { Project } from '../../project/discoverProject';
import { refuseMaskedUrl } from '../../project/secrets';
import { SyncError } from '../../syncError';
import { parseDatabaseUrl, type DatabaseTarget } from '../databaseTarget';
import { readNonProductionTargets } from '../targets';

/**
 * Asks the account for the address of the tenant's database (`GET …/database`), which only the control plane knows, however
 * the tenant's files are reached.
 *
 * @throws SyncError `missingConfig` without a tenant, `unauthorized`, and what the API says: a refusal stays the refusal it is
 */
export async function askCloudDatabase(
  project: Project,
  options: ConnectOptions,
  context: RunContext,
): Promise<DatabaseTarget> {
  const { tenant, provenance } = project;
  if (tenant.id === undefined) {
    throw new SyncError(
      'missingConfig',
      `No cloud database is named, and there is no tenant to ask for one (${provenance.tenant}).`,
      { hint: 'Give --cloud-database-url (or SYSTEMPROMPT_CLOUD_DATABASE_URL), or --tenant.' },
    );
  }
  const { client } = await connectTenant({ ...project, mode: 'relay' }, options);
  try {
    const url = await client.databaseUrl(context);
    const from = `the account (tenant ${tenant.name ?? tenant.id})`;
    refuseMaskedUrl(url, from);
    return parseDatabaseUrl(url, from, { nonProduction: await readNonProductionTargets(project.root) });
  } finally {
    await client.close();
  }
}
