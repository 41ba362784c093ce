import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { deployFixture, registryPassword } from './deployFixture';
import { pushedDigest } from './standIns';

it('builds, signs in, pushes, releases, waits, and remembers the release', async () => {
  const { deploy, standIns, released, git, service, events, root, lines, progress } = await deployFixture();
  const result = await deploy();
  const sha = git('rev-parse', '--short', 'HEAD');
  expect(result).toMatchObject({
    operation: 'crate_deploy',
    success: true,
    items_synced: 1,
    errors: [],
    state: { kind: 'completed' },
    details: { status: 'ready', app_url: 'http://127.0.0.1:9', digest: pushedDigest, sha },
  });
  const { image, tag, steps, live } = result.details!;
  expect(tag).toMatch(new RegExp(`^deploy-\\d{10}-${sha}$`));
  expect(image).toBe(`127.0.0.1:5999/one-app:${tag}`);
  expect(released).toEqual([image]);
  expect(live).toEqual({ tag, note: `The tenant runs ${tag}.` });
  expect(steps.map(({ name }) => name)).toEqual(['build', 'login', 'push', 'release', 'wait']);
  expect(events.map(({ name, state }) => `${name} ${state}`)).toEqual(
    steps.flatMap(({ name }) => [`${name} started`, `${name} finished`]),
  );
  expect(lines).toContain('Step 2/2 : COPY a /a');
  expect(progress).toContain('[2/2] COPY a /a');

  const commands = (await standIns.calls()).map(({ args }) => args.join(' '));
  expect(commands.filter((call) => !call.includes('ersion'))).toEqual([
    `build --platform=linux/amd64 --file .systemprompt/profiles/prod/docker/Dockerfile --tag ${image} .`,
    'login 127.0.0.1:5999 --username x --password-stdin',
    `push ${image}`,
  ]);
  const [release, ...more] = await (await service()).releases();
  expect(more).toEqual([]);
  expect(release).toMatchObject({
    tag,
    image,
    digest: pushedDigest,
    sha,
    dirty: false,
    result: 'live',
    rollback: false,
  });
  const folder = join(root, '.systemprompt/sync/releases');
  for (const name of await readdir(folder)) {
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(folder, name), 'utf8')).not.toContain(registryPassword);
  }
});
