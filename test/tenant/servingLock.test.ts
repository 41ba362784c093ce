import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { bundleScript } from '../support/bundleScript';
import { archiveOf, readTree, startTenant } from '../support/tenantFixture';

interface Said {
  readonly url?: string;
  readonly code?: string;
  readonly message?: string;
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

interface Endpoint {
  readonly said: Said;
  readonly pid: number | undefined;
  end(signal: NodeJS.Signals): Promise<void>;
}

let script: string;
let root: string;
let services: string;

beforeEach(async () => {
  script = await bundleScript(join(import.meta.dirname, 'children', 'serve.ts'));
  root = await mkdtemp(join(tmpdir(), 'serving-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  services = await folder('services');
});

async function folder(name: string): Promise<string> {
  await mkdir(join(root, name), { recursive: true });
  return join(root, name);
}

/** A process of its own. */
async function start(servicesDir: string, stateDir = ''): Promise<Endpoint> {
  const child: ChildProcess = spawn(process.execPath, [script, servicesDir, stateDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  return {
    said: JSON.parse(line.toString()) as Said,
    pid: child.pid,
    async end(signal) {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
}

it('keeps a second endpoint from a directory that is served, and says who has it', async () => {
  const first = await start(services);
  const second = await start(services);
  expect(second.said).toMatchObject({ code: 'locked', details: { pid: first.pid, servicesDir: services } });
  expect(second.said.message).toContain(services);
  expect(second.said.hint).toContain('end the other one');
  expect((await fetch(`${first.said.url!}/health`)).status).toBe(200);
});

it('does so wherever their states lie, and for two directories with one state', async () => {
  await start(services);
  expect((await start(services, await folder('elsewhere'))).said.code).toBe('locked');
  const state = await folder('state');
  expect((await start(await folder('one'), state)).said.url).toBeDefined();
  expect((await start(await folder('two'), state)).said.code).toBe('locked');
  expect((await start(await folder('three'))).said.code).toBe('locked');
  expect((await start(await folder('four'), await folder('state-of-four'))).said.url).toBeDefined();
});

it.each(['SIGKILL', 'SIGTERM'] as const)('is free at once after %s', async (signal) => {
  const first = await start(services);
  await first.end(signal);
  const next = await start(services);
  expect(next.said.url).toBeDefined();
  expect((await start(services)).said.code).toBe('locked');
});

it('lets one of many that start at once have the directory', async () => {
  const all = await Promise.all(Array.from({ length: 5 }, () => start(services)));
  expect(all.filter(({ said }) => said.url !== undefined)).toHaveLength(1);
  expect(all.filter(({ said }) => said.code === 'locked')).toHaveLength(4);
});

it('changes nothing any more once another endpoint has taken over', async () => {
  const tenant = await startTenant({ 'agents/a.yaml': 'old' });
  onTestFinished(() => tenant.stop());
  const locks = join(tenant.stateDir, 'locks', 'state', '.systemprompt', 'sync', 'lock');
  // What a process does that had seen this one silent for too long.
  await cp(join(locks, '1.json'), join(locks, '2.json'));
  const upload = { method: 'POST', body: await archiveOf({ 'agents/a.yaml': 'new' }) };
  expect((await tenant.call('/api/v1/sync/files', upload)).status).toBe(500);
  const deletion = { method: 'POST', body: JSON.stringify({ paths: ['agents/a.yaml'] }) };
  expect((await tenant.call('/api/v1/sync/files/delete', deletion)).status).toBe(500);
  expect(await readTree(tenant.services)).toEqual({ 'agents/a.yaml': 'old' });
  expect(tenant.log.join()).toContain('The lock of the project was lost');
});
