import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RequestBody } from '../../src/core/api/transport';
import { createTenantServer, type TenantServer } from '../../src/tenant/createTenantServer';
import type { TenantOptions } from '../../src/tenant/tenantOptions';
import { archiveOf as packed, readTree, writeFiles } from '../support/tenantFixture';

export const operatorToken = 'operator-token-of-the-contract';
/** A client whose tokens pass the gate of every generation: what an operator of 0.12 has to set up (cloud.md 2.5). */
export const serviceClient = { clientId: 'sync', clientSecret: 'secret-of-the-contract' };
export const tenantId = 'tenant one/1';

export interface ContractEndpoint extends AsyncDisposable {
  readonly server: TenantServer;
  readonly servicesDir: string;
  readonly log: readonly string[];
  write(path: string, content: string): Promise<void>;
  /** Paths and contents of all served files. */
  read(): Promise<Readonly<Record<string, string>>>;
}

/** The real endpoint over a real directory; what has to be true of it is read from the disk, not from its answers. */
export async function startEndpoint(options: Partial<TenantOptions> = {}): Promise<ContractEndpoint> {
  const root = await mkdtemp(join(tmpdir(), 'sync-contract-'));
  const servicesDir = join(root, 'services');
  const log: string[] = [];
  const write = (path: string, content: string): Promise<void> =>
    writeFiles(servicesDir, { [path]: content });
  await write('agents/first.yaml', 'first');
  await write('skills/one/SKILL.md', 'one');
  const server = await createTenantServer({
    servicesDir,
    operatorToken,
    tenant: { id: tenantId, name: 'One', appName: 'app-one', appUrl: 'https://one.example.com' },
    databaseUrl: 'postgres://u:db-password-of-the-contract@db/one',
    registry: {
      registry: 'registry.example.com',
      username: 'x',
      token: 'registry-secret',
      repository: 'one',
      tag: 't1',
    },
    deploy: async ({ image }) => ({ status: `deploying ${image}`, app_url: 'https://one.example.com' }),
    clients: [
      { id: 'sp_web' },
      { id: serviceClient.clientId, secret: serviceClient.clientSecret, scopes: ['service'] },
    ],
    rateLimit: { perSecond: 100_000, burst: 100_000 },
    log: (line) => void log.push(line),
    ...options,
  });
  return {
    server,
    servicesDir,
    log,
    write,
    read: () => readTree(servicesDir),
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

export async function archiveOf(files: Readonly<Record<string, string>>): Promise<RequestBody> {
  const bytes = await packed(files);
  return { sizeBytes: bytes.length, open: () => [bytes] };
}

export function expectationOf(files: Readonly<Record<string, string>>): { path: string; checksum: string }[] {
  return Object.entries(files).map(([path, content]) => ({ path, checksum: sha256(content) }));
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
