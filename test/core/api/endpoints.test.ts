import { describe, expect, it } from 'vitest';
import { endpointsOf, tokenExchangeUrl, type ApiOperation } from '../../../src/core/api/endpoints';
import { SyncError } from '../../../src/core/syncError';

const relay = { tenantId: 'a/b c', apiUrl: 'https://api.example.com' };
const direct = { ...relay, origin: 'https://tenant.example.com' };

function addresses(target: typeof relay, operation: ApiOperation): string[] {
  return endpointsOf(target, operation).map(
    ({ method, url, auth, envelope }) => `${method} ${url.href} ${auth.kind} ${envelope}`,
  );
}

/** Rows of cloud.md 1.3; the second address is the newer prefix of versions.md. */
const relayRows: [ApiOperation, string, string][] = [
  [{ name: 'uploadFiles' }, 'POST', '/files'],
  [{ name: 'downloadFiles' }, 'GET', '/files'],
  [{ name: 'manifest' }, 'GET', '/files/manifest'],
  [{ name: 'deleteFiles' }, 'POST', '/files/delete'],
  [{ name: 'registryToken' }, 'GET', '/registry-token'],
  [{ name: 'deploy' }, 'POST', '/deploy'],
  [{ name: 'tenantApp' }, 'GET', ''],
  [{ name: 'databaseUrl' }, 'GET', '/database'],
  [{ name: 'tenantStatus' }, 'GET', '/status'],
];

describe('endpointsOf', () => {
  it.each(relayRows)(
    'relays %o under the flat prefix first, then under the wrapped one',
    (operation, method, path) => {
      expect(addresses(relay, operation)).toEqual([
        `${method} https://api.example.com/api/v1/cloud/tenants/a%2Fb%20c${path} operator flat`,
        `${method} https://api.example.com/api/v1/tenants/a%2Fb%20c${path} operator data`,
      ]);
    },
  );

  it('exchanges at the control plane where its wrapped prefix refuses the operator token', () => {
    const [flat, wrapped] = endpointsOf(relay, { name: 'tenantStatus' });
    expect(flat.auth).toEqual({ kind: 'operator' });
    expect(wrapped?.auth).toEqual({
      kind: 'operator',
      otherwise: { authority: relay.apiUrl, resource: relay.apiUrl },
    });
  });

  it.each([
    [{ name: 'uploadFiles' }, 'POST', '/api/v1/sync/files'],
    [{ name: 'downloadFiles' }, 'GET', '/api/v1/sync/files'],
    [{ name: 'manifest' }, 'GET', '/api/v1/sync/files/manifest'],
    [{ name: 'deleteFiles' }, 'POST', '/api/v1/sync/files/delete'],
  ] as [ApiOperation, string, string][])(
    'sends %o to the tenant itself in direct mode',
    (operation, method, path) => {
      expect(addresses(direct, operation)).toEqual([
        `${method} https://tenant.example.com${path} service flat`,
      ]);
    },
  );

  it.each(relayRows.slice(4).map(([operation]) => operation))(
    'relays %o in direct mode as well',
    (operation) => {
      expect(addresses(direct, operation)).toEqual(addresses(relay, operation));
    },
  );

  it('passes filter and dry run on as the server reads them', () => {
    const [filtered] = endpointsOf(direct, { name: 'downloadFiles', filter: ['agents', 'skills'] });
    const [dryRun] = endpointsOf(direct, { name: 'uploadFiles', dryRun: true });
    expect(filtered.url.searchParams.get('filter')).toBe('agents,skills');
    expect(dryRun.url.search).toBe('?dry_run=true');
  });

  it.each(['../../admin', 'x?y=z', 'x#y', '%2e%2e', 'ü'])(
    'keeps the tenant id %s in its place in the path',
    (tenantId) => {
      const [{ url }] = endpointsOf({ ...relay, tenantId }, { name: 'databaseUrl' });
      expect(url.pathname.split('/').length).toBe('/api/v1/cloud/tenants/x/database'.split('/').length);
      expect(decodeURIComponent(url.pathname.split('/')[5]!)).toBe(tenantId);
      expect(url.search + url.hash).toBe('');
    },
  );

  it.each(['.', '..', ''])('refuses the tenant id "%s", which no path can hold', (tenantId) => {
    expect(() => endpointsOf({ ...relay, tenantId }, { name: 'manifest' })).toThrow(SyncError);
  });

  it('keeps a path that the API lives below', () => {
    const [{ url }] = endpointsOf(
      { tenantId: 't', apiUrl: 'https://gw.example.com/base' },
      { name: 'tenantApp' },
    );
    expect(url.href).toBe('https://gw.example.com/base/api/v1/cloud/tenants/t');
    expect(tokenExchangeUrl('https://t.example.com').href).toBe(
      'https://t.example.com/api/v1/core/oauth/token',
    );
  });
});
