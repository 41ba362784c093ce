import { SyncError } from '../syncError';

/**
 * Where each operation goes: pure, so that the table of cloud.md 1.3 and the prefixes of versions.md can be read and
 * tested as data.
 */

/** What the addresses are made of; a SyncConfig fits. */
export interface EndpointTarget {
  readonly tenantId: string;
  readonly apiUrl: string;
  /** Set in direct mode. */
  readonly origin?: string | undefined;
}

export type ApiOperation =
  | { readonly name: 'manifest'; readonly filter?: readonly string[] | undefined }
  | { readonly name: 'downloadFiles'; readonly filter?: readonly string[] | undefined }
  | { readonly name: 'uploadFiles'; readonly dryRun?: boolean | undefined }
  | { readonly name: 'deleteFiles' }
  | { readonly name: 'registryToken' }
  | { readonly name: 'deploy' }
  | { readonly name: 'tenantApp' }
  | { readonly name: 'databaseUrl' }
  | { readonly name: 'tenantStatus' }
  | { readonly name: 'setSecrets' };

/** Where service tokens are minted: a token exchange (cloud.md 2.5). */
export interface TokenAuthority {
  /** Base address of its token endpoint. */
  readonly authority: string;
  /** Sent as `resource` of the exchange; the control plane wants its own address there (cloud.md 1.5). */
  readonly resource?: string;
}

/**
 * `service` sends a service token. `operator` sends the operator's token as it is; where `otherwise` is set, a 401 is
 * answered with a service token minted there, because one prefix of the control plane wants that.
 */
export type EndpointAuth =
  | ({ readonly kind: 'service' } & TokenAuthority)
  | { readonly kind: 'operator'; readonly otherwise?: TokenAuthority };

export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: URL;
  readonly auth: EndpointAuth;
  /** `data`: the answer is expected as `{"data": …}` (cloud.md 3.7). */
  readonly envelope: 'flat' | 'data';
}

/**
 * The control plane's two prefixes, in the order in which they are tried (versions.md). The second belongs to the
 * reference's cloud client, which exchanges the operator's token first (cloud.md 3.7).
 */
const relayPrefixes = [
  { path: '/api/v1/cloud/tenants/', envelope: 'flat', exchanges: false },
  { path: '/api/v1/tenants/', envelope: 'data', exchanges: true },
] as const;

const methods: Readonly<Record<ApiOperation['name'], Endpoint['method']>> = {
  manifest: 'GET',
  downloadFiles: 'GET',
  uploadFiles: 'POST',
  deleteFiles: 'POST',
  registryToken: 'GET',
  deploy: 'POST',
  tenantApp: 'GET',
  databaseUrl: 'GET',
  tenantStatus: 'GET',
  setSecrets: 'PUT',
};

/** Paths below the tenant in relay mode, and below the deployment's API in direct mode (null: always relay). */
const paths: Readonly<
  Record<ApiOperation['name'], { readonly relay: string; readonly direct: string | null }>
> = {
  manifest: { relay: '/files/manifest', direct: '/api/v1/sync/files/manifest' },
  downloadFiles: { relay: '/files', direct: '/api/v1/sync/files' },
  uploadFiles: { relay: '/files', direct: '/api/v1/sync/files' },
  deleteFiles: { relay: '/files/delete', direct: '/api/v1/sync/files/delete' },
  registryToken: { relay: '/registry-token', direct: null },
  deploy: { relay: '/deploy', direct: null },
  tenantApp: { relay: '', direct: null },
  databaseUrl: { relay: '/database', direct: null },
  tenantStatus: { relay: '/status', direct: null },
  setSecrets: { relay: '/secrets', direct: null },
};

/**
 * The addresses of an operation, best first: the next one is for a 404 of the one before it. Direct operations have
 * exactly one. The tenant id is encoded, so that no id can leave its place in the path.
 */
export function endpointsOf(
  target: EndpointTarget,
  operation: ApiOperation,
): readonly [Endpoint, ...Endpoint[]] {
  const method = methods[operation.name];
  const { relay, direct } = paths[operation.name];
  if (target.origin !== undefined && direct !== null) {
    const url = withQuery(target.origin + direct, operation);
    return [{ method, url, auth: { kind: 'service', authority: target.origin }, envelope: 'flat' }];
  }
  const toEndpoint = ({ path, envelope, exchanges }: (typeof relayPrefixes)[number]): Endpoint => ({
    method,
    url: withQuery(target.apiUrl + path + encodeTenantId(target.tenantId) + relay, operation),
    auth: {
      kind: 'operator',
      ...(exchanges ? { otherwise: { authority: target.apiUrl, resource: target.apiUrl } } : {}),
    },
    envelope,
  });
  return [toEndpoint(relayPrefixes[0]), toEndpoint(relayPrefixes[1])];
}

/** The token exchange of a deployment (cloud.md 2.5). */
export function tokenExchangeUrl(authority: string): URL {
  return new URL(`${authority}/api/v1/core/oauth/token`);
}

/** `.` and `..` survive percent-encoding: every URL parser resolves them away, and another path would be asked. */
function encodeTenantId(tenantId: string): string {
  if (tenantId === '' || tenantId === '.' || tenantId === '..') {
    throw new SyncError('invalidInput', `tenantId "${tenantId}" cannot be part of an address.`, {
      hint: 'Choose a tenant (Select tenant, --tenant or SYSTEMPROMPT_TENANT_ID).',
      details: { field: 'tenantId' },
    });
  }
  return encodeURIComponent(tenantId);
}

function withQuery(address: string, operation: ApiOperation): URL {
  const url = new URL(address);
  if ('filter' in operation && operation.filter !== undefined)
    url.searchParams.set('filter', operation.filter.join(','));
  if ('dryRun' in operation && operation.dryRun) url.searchParams.set('dry_run', 'true');
  return url;
}
