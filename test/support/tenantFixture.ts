import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import type { ArchiveSource } from '../../src/core/files/archive/archiveSource';
import { writeArchive } from '../../src/core/files/archive/writeArchive';
import { createTenantServer } from '../../src/tenant/createTenantServer';
import type { TenantServer } from '../../src/tenant/createTenantServer';
import type { TenantOptions } from '../../src/tenant/tenantOptions';
import { operatorToken } from './operatorToken';

export { operatorToken };

export interface TenantFixture {
  readonly server: TenantServer;
  /** The temporary directory around `services/`. */
  readonly root: string;
  readonly services: string;
  readonly stateDir: string;
  readonly log: readonly string[];
  request(path: string, init?: RequestInit): Promise<Response>;
  /** With a fresh service token. */
  call(path: string, init?: RequestInit): Promise<Response>;
  exchange(overrides?: Record<string, string | undefined>): Promise<Response>;
  serviceToken(): Promise<string>;
  stop(): Promise<void>;
}

export type Files = Readonly<Record<string, string>>;

/** A running endpoint over a fresh services directory with the given files. */
export async function startTenant(
  files: Files,
  options: Partial<TenantOptions> = {},
): Promise<TenantFixture> {
  const root = await mkdtemp(join(tmpdir(), 'tenant-'));
  const services = join(root, 'services');
  await mkdir(services);
  await writeFiles(services, files);
  const log: string[] = [];
  const server = await createTenantServer({
    servicesDir: services,
    operatorToken,
    tenant: { id: 'tenant-1', name: 'One', appName: 'one-app' },
    rateLimit: { perSecond: 1000, burst: 1000 },
    log: (line) => log.push(line),
    ...options,
  });
  const request = (path: string, init?: RequestInit): Promise<Response> =>
    fetch(`${server.url}${path}`, init);
  const exchange = (overrides: Record<string, string | undefined> = {}): Promise<Response> => {
    const form = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...exchangeForm, ...overrides })) {
      if (value !== undefined) form.append(name, value);
    }
    return request('/api/v1/core/oauth/token', { method: 'POST', body: form });
  };
  const serviceToken = async (): Promise<string> => {
    const answer = (await (await exchange()).json()) as { access_token: string };
    return answer.access_token;
  };
  return {
    server,
    root,
    services,
    stateDir: join(root, '.systemprompt-tenant'),
    log,
    request,
    exchange,
    serviceToken,
    async call(path, init = {}) {
      const headers = { authorization: `Bearer ${await serviceToken()}`, ...init.headers };
      return request(path, { ...init, headers });
    },
    async stop() {
      await server.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

const exchangeForm = {
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token: operatorToken,
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  client_id: 'sp_web',
} as const;

export async function writeFiles(directory: string, files: Files): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
}

/** Every file below a directory with its text, sorted by path; other kinds of entries by their kind. */
export async function readTree(directory: string): Promise<Files> {
  const tree: Record<string, string> = {};
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    const absolute = join(entry.parentPath, entry.name);
    const path = absolute.slice(directory.length + 1);
    tree[path] = entry.isFile() ? await readFile(absolute, 'utf8') : 'no file';
  }
  return Object.fromEntries(Object.entries(tree).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function sourcesOf(files: Readonly<Record<string, string | Buffer>>): ArchiveSource[] {
  return Object.entries(files).map(([path, content]) => {
    const bytes = Buffer.from(content);
    return { path, size: bytes.length, content: bytes };
  });
}

/** A proper archive of the given files. */
export async function archiveOf(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of writeArchive(sourcesOf(files))) chunks.push(chunk);
  return Buffer.concat(chunks);
}
