import { stat } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { deployFixture, registryPassword, type DeployFixture } from './deployFixture';
import { pushedDigest } from './standIns';

const steps = ['build', 'login', 'push', 'buildx'];

async function callsOf({ standIns }: DeployFixture) {
  return (await standIns.calls()).filter(
    ({ args }) => steps.includes(args[0] ?? '') && args[1] !== 'version',
  );
}

it.each([
  ['podman where there is no docker', ['podman'], 'podman'],
  ['a docker that is podman', ['docker'], 'docker'],
] as const)(
  'works with %s: a login in its own file, the digest from a file',
  async (_name, programs, program) => {
    const fixture = await deployFixture({ programs });
    await fixture.standIns.behave('docker --version', { stdout: 'podman version 4.3.1' });
    await fixture.standIns.behave('docker push', { stderr: 'Copying blob 123 done' });
    const { success, details } = await fixture.deploy();
    expect([success, details?.digest]).toEqual([true, pushedDigest]);
    const [build, login, push, ...more] = await callsOf(fixture);
    expect(more).toEqual([]);
    expect([build, login, push].map((call) => call?.program)).toEqual([program, program, program]);
    expect(build!.args.slice(0, 2)).toEqual(['build', '--platform=linux/amd64']);
    expect(build!.env['REGISTRY_AUTH_FILE']).toBeUndefined();
    expect(login!.input).toBe(registryPassword);
    expect(push!.args.slice(0, 2)).toEqual(['push', '--digestfile']);
    const { REGISTRY_AUTH_FILE: file = '', DOCKER_CONFIG: folder = '' } = push!.env;
    expect(file.startsWith(folder)).toBe(true);
    expect(login!.env['REGISTRY_AUTH_FILE']).toBe(file);
    for (const left of [file, push!.args[2]!]) await expect(stat(left)).rejects.toThrow('ENOENT');
  },
);

it('fails with the exit code of podman, and releases nothing', async () => {
  const fixture = await deployFixture({ programs: ['podman'] });
  await fixture.standIns.behave('podman push', { stderr: 'denied: requested access', code: 125 });
  await expect(fixture.deploy()).rejects.toMatchObject({ code: 'commandFailed', details: { exitCode: 125 } });
  expect(fixture.released).toEqual([]);
});

it('builds with buildx where it is there, with builder, arguments and BuildKit’s progress', async () => {
  const fixture = await deployFixture();
  await fixture.standIns.behave('docker buildx version', { stdout: 'github.com/docker/buildx v0.10.5' });
  await fixture.standIns.behave('docker buildx build', {
    stderr: '#4 [1/2] COPY a /a\n#4 DONE 0.0s\n#5 [2/2] RUN b\n#5 CACHED',
  });
  const options = {
    builder: 'far-away',
    noCache: true,
    platform: 'linux/arm64',
    buildArgs: { VERSION: '1.2.3-value' },
  };
  const { success, details } = await fixture.deploy(options);
  expect(success).toBe(true);
  const [build] = await callsOf(fixture);
  expect(build!.args).toEqual([
    ...['buildx', 'build', '--load', '--builder', 'far-away', '--platform=linux/arm64', '--no-cache'],
    ...['--build-arg', 'VERSION', '--file', '.systemprompt/profiles/prod/docker/Dockerfile'],
    ...['--tag', details!.image, '.'],
  ]);
  expect(build!.env).toMatchObject({
    VERSION: '1.2.3-value',
    BUILDKIT_PROGRESS: 'plain',
    BUILDX_NO_DEFAULT_ATTESTATIONS: '1',
  });
  expect(fixture.progress).toEqual(
    expect.arrayContaining(['[1/2] COPY a /a', '[2/2] RUN b', '[2/2] RUN b (cached)']),
  );
});
