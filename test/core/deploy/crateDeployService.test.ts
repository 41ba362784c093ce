import { readFileSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SyncError } from '../../../src/core/syncError';
import { isAlive } from '../../../scripts/isAlive.mjs';
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

async function errorOf(run: Promise<unknown>): Promise<SyncError> {
  const error: unknown = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!SyncError.is(error)) throw new Error(`no SyncError was thrown, but ${String(error)}`);
  return error;
}

it.each([
  ['docker build', 'commandFailed'],
  ['docker login', 'dockerLoginFailed'],
  ['docker push', 'commandFailed'],
  ['docker version', 'commandFailed'],
] as const)('stops when "%s" fails, with %s, and releases nothing', async (call, code) => {
  const { deploy, standIns, released, service } = await deployFixture();
  await standIns.behave(call, { stderr: 'it went wrong', code: 3 });
  const error = await errorOf(deploy());
  expect(error.code).toBe(code);
  expect(error.message).toContain('it went wrong');
  expect(released).toEqual([]);
  expect(await (await service()).releases()).toEqual([]);
});

it('compiles first where there is a Cargo.toml, and stops when that fails', async () => {
  const { deploy, standIns } = await deployFixture({ files: { 'Cargo.toml': '[workspace]' } });
  await standIns.behave('cargo build', { stderr: 'error[E0308]', code: 101 });
  const error = await errorOf(deploy());
  expect(error.details).toMatchObject({
    command: 'cargo build --release --manifest-path=Cargo.toml --workspace',
    exitCode: 101,
  });
  expect((await standIns.calls()).some(({ args }) => args[0] === 'build' && args.length > 6)).toBe(false);
});

it('says what runs when the release call fails after the push', async () => {
  let fails = false;
  const { deploy, service } = await deployFixture({
    onRelease: async () => {
      if (fails) throw new Error('no machine');
    },
  });
  await deploy({ tag: 'first' });
  fails = true;
  const result = await deploy({ tag: 'second' });
  expect(result).toMatchObject({
    success: false,
    items_synced: 0,
    state: { kind: 'partial', completed: 3, total: 5 },
    details: { status: 'pushed', digest: pushedDigest, live: { tag: null } },
  });
  expect(result.details!.live.note).toMatch(
    /not known whether the tenant took second; before, it ran first\. It reports ready/,
  );
  expect((await (await service()).releases()).map(({ tag, result: end }) => [tag, end])).toEqual([
    ['second', 'failed'],
    ['first', 'live'],
  ]);
});

it('masks the password wherever a program prints it, and has it in no argument', async () => {
  const { deploy, standIns, lines, logged } = await deployFixture();
  await standIns.behave('docker login', { echoesInput: true, code: 1 });
  const error = await errorOf(deploy());
  const [login] = (await standIns.calls()).filter(({ args }) => args[0] === 'login');
  expect(login?.input).toBe(registryPassword);
  expect(JSON.stringify((await standIns.calls()).map(({ args, env }) => [args, env]))).not.toContain(
    registryPassword,
  );
  const shown = JSON.stringify([lines, logged, error.message, error.details, error.hint]);
  expect(shown).toContain('got ***');
  expect(shown).not.toContain(registryPassword);
  for (const { env } of await standIns.calls()) expect(env['SYSTEMPROMPT_API_TOKEN']).toBeUndefined();
});

it('keeps the context and the plugins of the user, and never writes their configuration', async () => {
  const fixture = await deployFixture();
  const config = JSON.stringify({
    currentContext: 'colima',
    credsStore: 'desktop',
    auths: { a: { auth: 'b' } },
  });
  const { mkdir, writeFile } = await import('node:fs/promises');
  for (const folder of ['contexts/meta', 'cli-plugins'])
    await mkdir(join(fixture.home, '.docker', folder), { recursive: true });
  await writeFile(join(fixture.home, '.docker/config.json'), config);
  await fixture.deploy();
  expect(await readFile(join(fixture.home, '.docker/config.json'), 'utf8')).toBe(config);
  const [push] = (await fixture.standIns.calls()).filter(({ args }) => args[0] === 'push');
  expect(JSON.parse(push!.dockerConfig!)).toEqual({
    auths: { '127.0.0.1:5999': {} },
    currentContext: 'colima',
  });
  expect(push!.dockerConfigFolder).toEqual(['cli-plugins', 'config.json', 'contexts']);
  await expect(stat(push!.env['DOCKER_CONFIG']!)).rejects.toThrow('ENOENT');
});

it('shows output with colours and bytes that are no text as lines of text', async () => {
  const { deploy, standIns, lines } = await deployFixture();
  const bytes = Buffer.concat([
    Buffer.from('\u001b[91mred\u001b[0m\rnext\u0000\u0007'),
    Buffer.from([0xff, 0xfe, 0x0a]),
  ]);
  await standIns.behave('docker build', { bytes: bytes.toString('base64') });
  await deploy();
  expect(lines.slice(0, 2)).toEqual(['red', 'next?']);
});

it.each([
  ['build', false],
  ['build', true],
  ['login', false],
  ['push', true],
] as const)(
  'ends the whole process group when %s is cancelled (ignoring SIGTERM: %s)',
  async (name, ignoresTerm) => {
    const { deploy, standIns, released, events } = await deployFixture();
    await standIns.behave(`docker ${name}`, { hangs: true, ignoresTerm });
    const abort = new AbortController();
    const running = errorOf(deploy({}, { signal: abort.signal }));
    const calls = await expectEventually(async () =>
      (await standIns.calls()).filter(({ args }) => args[0] === name),
    );
    abort.abort();
    expect((await running).code).toBe('cancelled');
    expect(events.at(-1)).toMatchObject({ name, state: 'cancelled' });
    for (const { pid, childPid } of calls) {
      expect(isAlive(pid)).toBe(false);
      await expectEventually(async () => (isGone(childPid!) ? [true] : []));
    }
    expect(released).toEqual([]);
  },
);

async function expectEventually<T>(look: () => Promise<readonly T[]>): Promise<readonly T[]> {
  for (;;) {
    const found = await look();
    if (found.length > 0) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** An orphan whose new parent does not reap it stays as a zombie. */
function isGone(pid: number): boolean {
  if (!isAlive(pid)) return true;
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}

it('names a dirty tree, says nogit outside of a repository, and stops where a commit cannot be named', async () => {
  const dirty = await deployFixture({ files: { 'new.txt': 'x' } });
  const { writeFile } = await import('node:fs/promises');
  await writeFile(join(dirty.root, 'new.txt'), 'changed');
  const checks = await (await dirty.service()).preflight();
  expect(checks.find(({ id }) => id === 'git')).toMatchObject({
    state: 'warning',
    message: expect.stringContaining('new.txt') as string,
  });
  const outside = await deployFixture({ repository: false });
  expect((await (await outside.service()).plan()).tag).toMatch(/^deploy-\d{10}-nogit$/);
  const empty = await deployFixture({ repository: false });
  empty.git('init', '-q');
  expect((await errorOf((await empty.service()).plan())).code).toBe('gitShaUnavailable');
});

it('stops when the answer to the prompt is no', async () => {
  const { service, released, standIns } = await deployFixture();
  const no = () => Promise.reject(new SyncError('cancelled', 'Nothing was changed.'));
  expect((await errorOf((await service()).deploy({}, no))).code).toBe('cancelled');
  expect(released).toEqual([]);
  expect((await standIns.calls()).some(({ args }) => args[0] === 'login')).toBe(false);
});

it.each([
  [{ without: ['.systemprompt/profiles/prod/docker/Dockerfile'] }, 'notProjectRoot'],
  [{ programs: [] }, 'commandSpawnFailed'],
  [{ tenant: { tenant: { id: 'tenant-1', name: 'One', appName: null } } }, 'tenantNoApp'],
  [{ env: { SYSTEMPROMPT_API_TOKEN: 'wrong-token-0123456789' } }, 'unauthorized'],
] as const)('does not plan when a check fails (%j): %s', async (options, code) => {
  const { service } = await deployFixture(options);
  const error = await errorOf((await service()).plan());
  expect(error.code).toBe(code);
  expect(error.hint).not.toBe('');
});
