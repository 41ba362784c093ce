import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { FileSyncService, type FileSyncSettings } from '../../../src/core/files/fileSyncService';
import type { FilesPlanOptions } from '../../../src/core/files/filesPlan';
import type { GuardAnswers } from '../../../src/core/guards';
import { quietContext, type RunContext } from '../../../src/core/ports';
import { discoverProject, type Project } from '../../../src/core/project/discoverProject';
import { builtFile } from '../../support/builtFile';
import type { TenantOptions } from '../../../src/tenant/tenantOptions';
import {
  operatorToken,
  readTree,
  startTenant,
  writeFiles,
  type Files,
  type TenantFixture,
} from '../../support/tenantFixture';

/** A project on disk and a running tenant endpoint, with a service between them over real HTTP. */
export interface FilesFixture {
  readonly tenant: TenantFixture;
  readonly root: string;
  readonly services: string;
  readonly project: Project;
  service(overrides?: Partial<FileSyncSettings> & { readonly run?: Partial<RunContext> }): FileSyncService;
  local(): Promise<Files>;
  remote(): Promise<Files>;
  write(files: Files): Promise<void>;
  writeRemote(files: Files): Promise<void>;
  remove(path: string): Promise<void>;
  removeRemote(path: string): Promise<void>;
  push(
    options?: Omit<FilesPlanOptions, 'direction'>,
    answers?: GuardAnswers,
  ): ReturnType<FileSyncService['push']>;
  pull(
    options?: Omit<FilesPlanOptions, 'direction'>,
    answers?: GuardAnswers,
  ): ReturnType<FileSyncService['pull']>;
  /** Requests for files since the last call: `GET manifest`, `GET files`, `POST files`, `POST delete`. */
  requests(): string[];
}

export interface FixtureOptions {
  readonly local?: Files;
  readonly remote?: Files;
  readonly tenant?: Partial<TenantOptions>;
  readonly mode?: 'direct' | 'relay';
  /** Another address than the tenant's own, for a proxy or a lying server before it. */
  readonly origin?: (tenant: TenantFixture) => string | Promise<string>;
}

export async function filesFixture(options: FixtureOptions = {}): Promise<FilesFixture> {
  const tenant = await startTenant(options.remote ?? {}, options.tenant);
  onTestFinished(() => tenant.stop());
  const root = await mkdtemp(join(tmpdir(), 'files-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const services = join(root, 'services');
  await mkdir(join(root, '.systemprompt'));
  await mkdir(services);
  await writeFiles(services, options.local ?? {});
  const origin = (await options.origin?.(tenant)) ?? tenant.server.url;
  const project = await discoverProject({
    start: root,
    env: {},
    tenantId: 'tenant-1',
    apiUrl: origin,
    ...(options.mode !== 'relay' && { origin }),
  });
  const services_: FileSyncService[] = [];
  onTestFinished(async () => {
    for (const service of services_) await service.close();
  });
  let seen = 0;
  const fixture: FilesFixture = {
    tenant,
    root,
    services,
    project,
    service({ run, ...overrides } = {}) {
      const service = new FileSyncService({
        project,
        context: quietContext(run),
        env: { SYSTEMPROMPT_API_TOKEN: operatorToken },
        stagingWorker: builtFile('stagingWorker.js'),
        client: { clock: { random: () => 0, sleep: async () => undefined } },
        ...overrides,
      });
      services_.push(service);
      return service;
    },
    local: () => readTree(services),
    remote: () => readTree(tenant.services),
    write: (files) => writeFiles(services, files),
    writeRemote: (files) => writeFiles(tenant.services, files),
    remove: (path) => rm(join(services, path), { recursive: true }),
    removeRemote: (path) => rm(join(tenant.services, path), { recursive: true }),
    push: (choices = {}, answers = {}) => fixture.service().push(choices, async () => answers),
    pull: (choices = {}, answers = {}) => fixture.service().pull(choices, async () => answers),
    requests() {
      const lines = tenant.log
        .slice(seen)
        .map((line) => JSON.parse(line) as { method: string; route: string });
      seen = tenant.log.length;
      return lines
        .filter(({ route }) => route.includes('/files'))
        .map(({ method, route }) => `${method} ${shortRoute(route)}`);
    },
  };
  return fixture;
}

function shortRoute(route: string): string {
  return route.endsWith('/files') ? 'files' : route.slice(route.lastIndexOf('/') + 1);
}
