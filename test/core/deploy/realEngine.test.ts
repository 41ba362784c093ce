import { existsSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SyncError } from '../../../src/core/syncError';
import { useEngine, type RunningEngine } from '../../support/engine';
import { deployFixture, readIfThere, registryPassword } from './deployFixture';

const running = useEngine(registryPassword);

/** The first docker on PATH of this machine, which is as new as it is. */
const machineClient = (process.env['PATH'] ?? '')
  .split(':')
  .map((folder) => join(folder, 'docker'))
  .find((file) => existsSync(file));

async function realFixture(
  { registry, socket }: RunningEngine,
  client: string,
  env: Record<string, string> = {},
) {
  const fixture = await deployFixture({
    programs: ['cargo'],
    env: { DOCKER_HOST: `unix://${socket}`, ...env },
    tenant: {
      registry: {
        registry,
        username: 'x',
        token: `FlyV1 ${registryPassword}`,
        repository: 'one-app',
        tag: 'none',
      },
    },
  });
  await symlink(client, join(fixture.standIns.bin, 'docker'));
  return fixture;
}

async function manifestDigest({ registry }: RunningEngine, tag: string): Promise<string | null> {
  const answer = await fetch(`http://${registry}/v2/one-app/manifests/${tag}`, {
    headers: {
      authorization: `Basic ${Buffer.from(`x:${registryPassword}`).toString('base64')}`,
      accept:
        'application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json',
    },
  });
  return answer.status === 200 ? answer.headers.get('docker-content-digest') : null;
}

const clients = [
  {
    name: 'the client of the engine, with BuildKit',
    find: ({ client }: RunningEngine): string | undefined => client,
    env: { DOCKER_BUILDKIT: '1' },
  },
  { name: 'the client of this machine', find: () => machineClient, env: {} },
];

it.for(clients)(
  'builds, pushes and releases to a real registry, with $name',
  async ({ find, env }, context) => {
    const real = running(context);
    const client = find(real) ?? context.skip('this machine has no docker of its own on PATH');
    const { deploy, released, home, lines, root, service } = await realFixture(real, client, env);
    const result = await deploy();
    expect(result).toMatchObject({
      success: true,
      state: { kind: 'completed' },
      details: { status: 'ready' },
    });
    const { tag, digest, image } = result.details!;
    expect(image).toBe(`${real.registry}/one-app:${tag}`);
    expect(released).toEqual([image]);
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await manifestDigest(real, tag)).toBe(digest);
    expect((await (await service()).releases())[0]).toMatchObject({ tag, digest, result: 'live' });
    expect(await readIfThere(join(home, '.docker/config.json'))).toBeUndefined();
    expect(lines.join('\n')).not.toContain(registryPassword);
    expect(lines.some((line) => line.includes('COPY target/release/systemprompt'))).toBe(true);
    expect(existsSync(join(root, '.systemprompt/sync/releases'))).toBe(true);
  },
);

it('says that the registry refused the login, and pushes nothing', async (context) => {
  const real = running(context);
  const fixture = await realFixture(real, real.client);
  const refused = {
    registry: real.registry,
    username: 'x',
    token: 'wrong-password-0123',
    repository: 'one-app',
    tag: '',
  };
  const other = await deployFixture({
    programs: ['cargo'],
    env: { DOCKER_HOST: `unix://${real.socket}` },
    tenant: { registry: refused },
  });
  await symlink(real.client, join(other.standIns.bin, 'docker'));
  const error: unknown = await other.deploy({ tag: 'refused' }).catch((thrown: unknown) => thrown);
  expect(SyncError.is(error, 'dockerLoginFailed')).toBe(true);
  expect(String((error as SyncError).message)).toContain('401 Unauthorized');
  expect(await manifestDigest(real, 'refused')).toBeNull();
  expect(other.released).toEqual([]);
  expect(fixture.released).toEqual([]);
});

it('fails the push, and releases nothing, when the registry goes away', async (context) => {
  const real = running(context);
  const { service, released, events } = await realFixture(real, real.client);
  const deploy = await service();
  const plan = await deploy.plan({ tag: 'gone' });
  const failed: unknown = await deploy
    .apply(
      plan,
      {},
      {
        onStep: (event) =>
          void (
            events.push(event),
            event.name === 'push' && event.state === 'started' && void real.stopRegistry()
          ),
      },
    )
    .catch((thrown: unknown) => thrown);
  expect(SyncError.is(failed, 'commandFailed')).toBe(true);
  expect((failed as SyncError).details?.['command']).toBe(`docker push ${plan.image}`);
  expect(released).toEqual([]);
});
