import type { PlanTarget } from '../models/plan';
import type { Project } from '../project/project';
import { findOperatorToken, type TokenSources } from '../signIn/operatorToken';
import { SyncConfig } from '../syncConfig';
import { httpEnvironmentFrom } from './httpEnvironmentFrom';
import type { SyncApiClient, SyncApiClientOptions } from './syncApiClient';
import { findTenantTarget } from './tenantTarget';

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
  const { id, mode, address, identity, target } = await findTenantTarget(project);
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
  const { SyncApiClient: Client } = await import('./syncApiClient');
  const http = { environment: httpEnvironmentFrom(options.env), ...options.client?.http };
  return { client: new Client(config, { ...options.client, http }), mode, identity, target };
}
