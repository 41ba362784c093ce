import { afterEach, describe, expect, it } from 'vitest';
import { manifestFromArchive } from '../../src/core/api/manifestFromArchive';
import { SyncApiClient, type SyncApiClientOptions } from '../../src/core/api/syncApiClient';
import { createHttpTransport } from '../../src/core/api/transport';
import { quietContext } from '../../src/core/ports';
import { fetchAccount } from '../../src/core/signIn/account';
import { SyncConfig } from '../../src/core/syncConfig';
import { SyncError } from '../../src/core/syncError';
import type { Generation } from '../../src/tenant/behaviour';
import {
  archiveOf,
  expectationOf,
  operatorToken,
  serviceClient,
  sha256,
  startEndpoint,
  tenantId,
} from './contractEndpoint';

const context = quietContext();
const seven = ['agents', 'skills', 'content', 'mcp', 'ai', 'config', 'profiles'];
const initial = { 'agents/first.yaml': 'first', 'skills/one/SKILL.md': 'one' };
const clients: SyncApiClient[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

type Mode = 'direct' | 'relay';

function clientOf(
  url: string,
  mode: Mode,
  options: SyncApiClientOptions = { client: serviceClient },
): SyncApiClient {
  const config = SyncConfig.builder(tenantId, url, operatorToken, '/services').withOrigin(
    mode === 'direct' ? url : undefined,
  );
  const clock = { random: () => 0, sleep: async () => {} };
  const client = new SyncApiClient(config.build(), { clock, ...options });
  clients.push(client);
  return client;
}

async function failureOf(run: Promise<unknown>): Promise<SyncError> {
  const outcome: unknown = await run.then(
    () => new Error('succeeded'),
    (error: unknown) => error,
  );
  if (SyncError.is(outcome)) return outcome;
  throw new Error('ended without a SyncError', { cause: outcome });
}

const uploadOf = async (client: SyncApiClient, files: Record<string, string>, ifMatch?: string) =>
  client.uploadFiles(context, await archiveOf(files), { expectation: expectationOf(files), ifMatch });

interface Expected {
  readonly generation: Generation;
  readonly mode: Mode;
  readonly manifest: boolean;
  readonly pushes: boolean;
  readonly conditional: boolean;
}

/** What each generation can do, from versions.md and cloud.md 1.3 and 2.1. */
const table: Expected[] = [
  { generation: 'ours', mode: 'direct', manifest: true, pushes: true, conditional: true },
  { generation: 'ours', mode: 'relay', manifest: true, pushes: true, conditional: true },
  { generation: '0.12', mode: 'direct', manifest: true, pushes: true, conditional: false },
  { generation: '0.12', mode: 'relay', manifest: false, pushes: true, conditional: false },
  { generation: '0.23', mode: 'direct', manifest: true, pushes: false, conditional: false },
  { generation: '0.23', mode: 'relay', manifest: false, pushes: false, conditional: false },
  { generation: '0.33', mode: 'direct', manifest: true, pushes: false, conditional: false },
  { generation: '0.33', mode: 'relay', manifest: false, pushes: false, conditional: false },
];

describe.each(table)(
  'a server of generation $generation, $mode',
  ({ generation, mode, manifest, pushes, conditional }) => {
    it('is asked what it can do, and nothing changes by that', async () => {
      await using endpoint = await startEndpoint({ generation });
      const found = await clientOf(endpoint.server.url, mode).capabilities(context);
      expect(found).toMatchObject({
        mode,
        manifest,
        acceptsPushes: pushes,
        conditionalUploads: conditional,
        deletions: conditional,
        directories: seven,
        maxBodyBytes: 2 * 1024 * 1024,
      });
      expect(found.states.some((state) => /takes no pushes/.test(state))).toBe(!pushes);
      expect(found.states.length === 0).toBe(conditional);
      expect(await endpoint.read()).toEqual(initial);
      expect(endpoint.server.stats().uploadsApplied).toBe(0);
    });

    it('shows what it holds, whether or not it has a manifest', async () => {
      await using endpoint = await startEndpoint({ generation });
      const client = clientOf(endpoint.server.url, mode);
      const held = await client.manifest(context);
      expect(held.files).toEqual([
        { path: 'agents/first.yaml', checksum: sha256('first'), size: 5 },
        { path: 'skills/one/SKILL.md', checksum: sha256('one'), size: 3 },
      ]);
      expect(held.source).toBe(manifest ? 'manifest' : 'archive');
      expect((await client.manifest(context, ['skills'])).files.map((file) => file.path)).toEqual([
        'skills/one/SKILL.md',
      ]);
      const archive = await client.downloadFiles(context, (bytes) =>
        manifestFromArchive(bytes, 0, undefined),
      );
      expect(archive.files).toEqual(held.files);
      expect(archive.checksum).toBe(held.checksum);
    });

    it(pushes ? 'takes a push' : 'says that it takes no pushes', async () => {
      await using endpoint = await startEndpoint({ generation });
      const client = clientOf(endpoint.server.url, mode);
      const files = { 'agents/new.yaml': 'new', 'skills/one/SKILL.md': 'changed' };
      if (pushes) {
        expect(await uploadOf(client, files, (await client.manifest(context)).checksum)).toEqual({
          filesUploaded: 2,
          provedBy: 'reply',
        });
        expect(await endpoint.read()).toEqual({ ...initial, ...files });
      } else {
        expect(await failureOf(uploadOf(client, files))).toMatchObject({
          code: 'unsupported',
          details: { reason: 'takesNoPushes' },
        });
        expect(await endpoint.read()).toEqual(initial);
      }
    });

    it(conditional ? 'deletes what is named' : 'says that it takes no deletions', async () => {
      await using endpoint = await startEndpoint({ generation });
      const run = clientOf(endpoint.server.url, mode).deleteFiles(context, ['agents/first.yaml']);
      if (conditional) {
        expect(await run).toBe(1);
        expect(await endpoint.read()).toEqual({ 'skills/one/SKILL.md': 'one' });
      } else {
        expect(await failureOf(run)).toMatchObject({
          code: 'unsupported',
          details: { reason: 'takesNoDeletions' },
        });
        expect(await endpoint.read()).toEqual(initial);
      }
    });

    it('answers what is always relayed', async () => {
      await using endpoint = await startEndpoint({ generation });
      const client = clientOf(endpoint.server.url, mode);
      expect(await client.registryToken(context)).toEqual({
        registry: 'registry.example.com',
        username: 'x',
        token: 'registry-secret',
        repository: 'one',
        tag: 't1',
      });
      expect(await client.tenantApp(context)).toBe('app-one');
      expect(await client.databaseUrl(context)).toBe('postgres://u:db-password-of-the-contract@db/one');
      expect(await client.tenantStatus(context)).toEqual({
        status: 'ready',
        message: undefined,
        appUrl: 'https://one.example.com',
      });
      expect(await client.deploy(context, 'registry.example.com/one:t1')).toEqual({
        status: 'deploying registry.example.com/one:t1',
        appUrl: 'https://one.example.com',
      });
    });

    it('refuses a wrong token with a hint', async () => {
      await using endpoint = await startEndpoint({ generation });
      const url = endpoint.server.url;
      const config = SyncConfig.builder(tenantId, url, 'wrong', '/services')
        .withOrigin(mode === 'direct' ? url : undefined)
        .build();
      const client = new SyncApiClient(config, { client: serviceClient });
      clients.push(client);
      expect(await failureOf(client.manifest(context))).toMatchObject({
        code: 'unauthorized',
        details: { reason: 'notSignedIn' },
      });
    });

    it('shows no secret in its request log', async () => {
      await using endpoint = await startEndpoint({ generation });
      const client = clientOf(endpoint.server.url, mode);
      await client.manifest(context);
      await client.databaseUrl(context);
      expect(endpoint.log.length).toBeGreaterThan(1);
      for (const secret of [
        operatorToken,
        serviceClient.clientSecret,
        'db-password',
        'registry-secret',
        'eyJ',
      ]) {
        expect(endpoint.log.join('\n')).not.toContain(secret);
      }
    });
  },
);

describe('the token exchange', () => {
  it.each<Generation>(['0.12', '0.23', '0.33'])(
    'yields a token of the wrong type for sp_web on %s, which is said so',
    async (generation) => {
      await using endpoint = await startEndpoint({ generation });
      const error = await failureOf(clientOf(endpoint.server.url, 'direct', {}).manifest(context));
      expect(error).toMatchObject({
        code: 'unauthorized',
        details: { reason: 'wrongUserType', status: 403 },
      });
      expect(error.message).toContain('admin');
      expect(error.hint).toContain('--client-id');
    },
  );

  it('works with the default client on the tenant endpoint', async () => {
    await using endpoint = await startEndpoint();
    expect((await clientOf(endpoint.server.url, 'direct', {}).manifest(context)).files.length).toBe(2);
  });

  it.each(['ours', '0.12'] as const)(
    'names the client when %s does not know it, or not its secret',
    async (generation) => {
      await using endpoint = await startEndpoint({ generation });
      for (const client of [{ clientId: 'nobody' }, { ...serviceClient, clientSecret: 'wrong' }]) {
        expect(
          await failureOf(clientOf(endpoint.server.url, 'direct', { client }).manifest(context)),
        ).toMatchObject({
          code: 'unauthorized',
          details: { reason: 'clientId', status: 401 },
        });
      }
    },
  );

  it('takes the client credentials grant as well', async () => {
    await using endpoint = await startEndpoint({ generation: '0.12' });
    const client = clientOf(endpoint.server.url, 'direct', {
      client: { ...serviceClient, grant: 'clientCredentials' },
    });
    expect((await client.manifest(context)).files.length).toBe(2);
  });

  it('is repeated once when the server forgets its sessions', async () => {
    await using endpoint = await startEndpoint();
    const client = clientOf(endpoint.server.url, 'direct', {
      client: serviceClient,
      retry: { maxAttempts: 1 },
    });
    await client.manifest(context);
    endpoint.server.revokeTokens();
    expect((await client.manifest(context)).files.length).toBe(2);
    const exchanges = endpoint.log.filter((line) => line.includes('oauth/token'));
    expect(exchanges.length).toBe(2);
  });

  it('waits as long as the rate limit says', async () => {
    await using endpoint = await startEndpoint({ rateLimit: { perSecond: 0.5, burst: 1 } });
    await clientOf(endpoint.server.url, 'direct').manifest(context);
    const waits: number[] = [];
    const clock = { random: () => 1, sleep: async (delayMs: number) => void waits.push(delayMs) };
    const late = clientOf(endpoint.server.url, 'direct', {
      client: serviceClient,
      clock,
      retry: { maxAttempts: 2 },
    });
    expect(await failureOf(late.manifest(context))).toMatchObject({
      code: 'apiError',
      details: { reason: 'rateLimited' },
    });
    expect(waits.length).toBe(1);
    expect(waits[0]! % 1_000).toBe(0);
  });
});

describe.each(['direct', 'relay'] as const)('an upload to the tenant endpoint, %s', (mode) => {
  it('is refused with the paths that moved since its manifest', async () => {
    await using endpoint = await startEndpoint();
    const client = clientOf(endpoint.server.url, mode);
    const { checksum } = await client.manifest(context);
    await uploadOf(clientOf(endpoint.server.url, mode), { 'agents/other.yaml': 'somebody else' });
    const error = await failureOf(uploadOf(client, { 'agents/mine.yaml': 'mine' }, checksum));
    expect(error).toMatchObject({ code: 'conflict', details: { status: 412, paths: ['agents/other.yaml'] } });
    expect(error.message).toContain('agents/other.yaml');
    expect(await endpoint.read()).not.toHaveProperty('agents/mine.yaml');
  });

  it('is refused whole for one foreign directory', async () => {
    await using endpoint = await startEndpoint();
    const error = await failureOf(
      uploadOf(clientOf(endpoint.server.url, mode), { 'agents/a.yaml': 'a', 'web/b.html': 'b' }),
    );
    expect(error).toMatchObject({ code: 'apiError', details: { status: 422, reason: 'refused' } });
    expect(await endpoint.read()).toEqual(initial);
  });

  it('is told the limit that it is over', async () => {
    await using endpoint = await startEndpoint({ maxBodyBytes: 1_000 });
    const noise = Array.from({ length: 100 }, (_, line) => sha256(String(line))).join('');
    const error = await failureOf(
      uploadOf(clientOf(endpoint.server.url, mode), { 'agents/big.yaml': noise }),
    );
    expect(error).toMatchObject({
      code: 'apiError',
      details: { status: 413, reason: 'tooLarge', maxBodyBytes: 1_000 },
    });
    expect(error.message).toContain('1000');
  });
});

describe('an upload to a server of 0.12', () => {
  it('reports what was written before a foreign directory stopped it', async () => {
    await using endpoint = await startEndpoint({ generation: '0.12' });
    const error = await failureOf(
      uploadOf(clientOf(endpoint.server.url, 'direct'), { 'agents/a.yaml': 'a', 'web/b.html': 'b' }),
    );
    expect(error).toMatchObject({
      code: 'apiError',
      details: { status: 500, outcome: 'partly', landed: ['agents/a.yaml'] },
    });
    expect(await endpoint.read()).toEqual({ ...initial, 'agents/a.yaml': 'a' });
  });

  it('over the limit is told so in plain text, and recognised', async () => {
    await using endpoint = await startEndpoint({ generation: '0.12', maxBodyBytes: 1_000 });
    const noise = Array.from({ length: 100 }, (_, line) => sha256(String(line))).join('');
    const error = await failureOf(
      uploadOf(clientOf(endpoint.server.url, 'direct'), { 'agents/big.yaml': noise }),
    );
    expect(error).toMatchObject({ code: 'apiError', details: { status: 413, reason: 'tooLarge' } });
  });
});

describe.each(['flat', 'wrapped'] as const)('a control plane with the %s prefix only', (controlPlane) => {
  it('answers every relayed operation', async () => {
    await using endpoint = await startEndpoint({ faults: { controlPlane } });
    const client = clientOf(endpoint.server.url, 'relay');
    expect((await client.manifest(context)).source).toBe('manifest');
    expect(await uploadOf(client, { 'agents/new.yaml': 'new' })).toMatchObject({ provedBy: 'reply' });
    expect(await client.deleteFiles(context, ['agents/new.yaml'])).toBe(1);
    expect(await client.tenantApp(context)).toBe('app-one');
    expect(await client.tenantStatus(context)).toMatchObject({ status: 'ready' });
  });

  it('does not know another tenant', async () => {
    await using endpoint = await startEndpoint({ faults: { controlPlane } });
    const config = SyncConfig.builder('another', endpoint.server.url, operatorToken, '/services').build();
    const client = new SyncApiClient(config);
    clients.push(client);
    expect(await failureOf(client.tenantApp(context))).toMatchObject({
      code: 'apiError',
      details: { reason: 'notFound' },
    });
  });
});

describe('the account', () => {
  it('is read from the endpoint as from the control plane', async () => {
    await using endpoint = await startEndpoint();
    const transport = createHttpTransport();
    try {
      const account = await fetchAccount(transport, endpoint.server.url, operatorToken, context);
      expect(account.email).toBe('operator@localhost');
      expect(account.tenants).toMatchObject([
        { id: tenantId, name: 'One', database_url: 'postgres://u:***@db/one' },
      ]);
      expect(await failureOf(fetchAccount(transport, endpoint.server.url, 'wrong', context))).toMatchObject({
        code: 'unauthorized',
      });
    } finally {
      await transport.close();
    }
  });
});
