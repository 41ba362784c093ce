import { httpEnvironmentFrom } from '../api/httpEnvironmentFrom';
import { parseHttpUrl } from '../api/httpUrl';
import type { SyncApiClient, SyncApiClientOptions } from '../api/syncApiClient';
import { isLoopbackHost } from '../database/loopbackHost';
import { readNonProductionTargets } from '../database/targets';
import type { PlanTarget } from '../models/plan';
import type { Project } from '../project/discoverProject';
import { findOperatorToken, type TokenSources } from '../signIn/operatorToken';
import { SyncConfig } from '../syncConfig';
import { SyncError } from '../syncError';

/** How the host reaches a tenant. */
export interface ConnectOptions extends TokenSources {
  readonly client?: SyncApiClientOptions;
}

/** The tenant that a project's files are kept in step with. */
export interface TenantConnection {
  readonly client: SyncApiClient;
  readonly mode: 'direct' | 'relay';
  /** Of the base and the backups: origin and id, without secrets. */
  readonly identity: string;
  readonly target: PlanTarget;
}

/**
 * Finds tenant, address and token, and makes the client; asks nothing of the server yet.
 *
 * @throws SyncError `missingConfig` without a tenant, `unauthorized` without a token, `invalidInput`, `io`
 */
export async function connectTenant(project: Project, options: ConnectOptions): Promise<TenantConnection> {
  const { mode, tenant, provenance } = project;
  if (mode === 'none') {
    const fault =
      tenant.id === undefined ? `No tenant is known (${provenance.tenant}).` : `The ${provenance.mode}.`;
    throw new SyncError('missingConfig', fault, {
      hint: 'Choose a tenant (--tenant, SYSTEMPROMPT_TENANT_ID, or cloud.tenant_id in the profile), or give --origin.',
      details: { reason: 'noTenant' },
    });
  }
  const address =
    mode === 'direct' && tenant.origin !== undefined
      ? parseHttpUrl(tenant.origin, provenance.mode)
      : parseHttpUrl(project.apiUrl, provenance.apiUrl);
  const id = tenant.id ?? address.host;
  const config = SyncConfig.from({
    direction: 'Push',
    dryRun: false,
    verbose: false,
    tenantId: id,
    apiUrl: project.apiUrl,
    apiToken: (await findOperatorToken(project, options)).value(),
    servicesPath: project.servicesDir,
    ...(mode === 'direct' && { origin: address.href }),
  });
  const { SyncApiClient: Client } = await import('../api/syncApiClient');
  const http = { environment: httpEnvironmentFrom(options.env), ...options.client?.http };
  const host = mode === 'direct' ? address.host : (tenant.hostname ?? address.host);
  return {
    client: new Client(config, { ...options.client, http }),
    mode,
    identity: `tenant:${address.origin}#${id}`,
    target: {
      kind: 'tenant',
      label: `tenant ${tenant.name ?? id} on ${host}`,
      host,
      production: await isProduction(project, [host, address.hostname, id]),
    },
  };
}

/** Every tenant that is not this machine is production, until the user says otherwise (design.md rule 5). */
async function isProduction(project: Project, names: readonly string[]): Promise<boolean> {
  const [host = ''] = names;
  if (isLoopbackHost(host.replace(/:\d+$/, ''))) return false;
  const marked = await readNonProductionTargets(project.root);
  return !marked.some((entry) => names.some((name) => name.toLowerCase() === entry.trim().toLowerCase()));
}
