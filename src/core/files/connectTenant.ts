import { httpEnvironmentFrom } from '../api/httpEnvironmentFrom';
import type { SyncApiClient, SyncApiClientOptions } from '../api/syncApiClient';
import { isLoopbackHost } from '../database/loopbackHost';
import { readNonProductionTargets } from '../database/targets';
import type { PlanTarget } from '../models/plan';
import type { Project } from '../project/discoverProject';
import type { Environment } from '../project/project';
import { readCredentials } from '../signIn/credentials';
import { SyncConfig } from '../syncConfig';
import { SyncError } from '../syncError';

export interface ConnectOptions {
  readonly env: Environment;
  /** The operator token of the host (an editor's secret storage); else the environment, else the stored login. */
  readonly apiToken?: string | undefined;
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
    throw new SyncError('missingConfig', `No tenant is known: ${provenance.mode}; ${provenance.tenant}.`, {
      hint: 'Choose a tenant (--tenant, SYSTEMPROMPT_TENANT_ID, or cloud.tenant_id in the profile), or give --origin.',
    });
  }
  const address = new URL(mode === 'direct' ? (tenant.origin ?? project.apiUrl) : project.apiUrl);
  const id = tenant.id ?? address.host;
  const config = SyncConfig.from({
    direction: 'Push',
    dryRun: false,
    verbose: false,
    tenantId: id,
    apiUrl: project.apiUrl,
    apiToken: await operatorToken(project, options),
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

/**
 * A login belongs to the control plane that gave it: it is not handed to another one, whatever a setting names.
 */
async function operatorToken(project: Project, { env, apiToken }: ConnectOptions): Promise<string> {
  const token = apiToken || env['SYSTEMPROMPT_API_TOKEN'];
  if (token) return token;
  const credentials = await readCredentials(project.root);
  if (credentials === undefined)
    throw notSignedIn('Nobody is signed in, and SYSTEMPROMPT_API_TOKEN is not set.');
  if (project.mode === 'relay' && originOf(credentials.apiUrl) !== originOf(project.apiUrl)) {
    throw notSignedIn(`The stored login is for ${credentials.apiUrl}, and not for ${project.apiUrl}.`);
  }
  return credentials.apiToken;
}

function notSignedIn(message: string): SyncError {
  return new SyncError('unauthorized', message, { hint: 'Sign in, or set SYSTEMPROMPT_API_TOKEN.' });
}

function originOf(address: string): string {
  return URL.canParse(address) ? new URL(address).origin : '';
}

/** Every tenant that is not this machine is production, until the user says otherwise (design.md rule 5). */
async function isProduction(project: Project, names: readonly string[]): Promise<boolean> {
  const [host = ''] = names;
  if (isLoopbackHost(host.replace(/:\d+$/, ''))) return false;
  const marked = await readNonProductionTargets(project.root);
  return !marked.some((entry) => names.some((name) => name.toLowerCase() === entry.trim().toLowerCase()));
}
