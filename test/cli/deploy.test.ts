import { expect, it } from 'vitest';
import { deployFixture, type FixtureOptions } from '../core/deploy/deployFixture';
import { runCli } from '../support/runCli';

async function setup(options: FixtureOptions = {}) {
  const fixture = await deployFixture(options);
  const { root, env, tenant } = fixture;
  const cli = (...args: string[]) =>
    runCli([...args, '--api-url', tenant.server.url, '--json'], { cwd: root, env });
  return { ...fixture, cli };
}

it('shows the plan, deploys, lists the release, and rolls back to it without building', async () => {
  const { cli, released, standIns } = await setup();
  const dry = await cli('deploy', '--tag', 'one', '--dry-run');
  expect([dry.code, dry.json()]).toMatchObject([
    1,
    {
      operation: 'crate_deploy',
      dry_run: true,
      items_synced: 0,
      details: { image: '127.0.0.1:5999/one-app:one' },
    },
  ]);
  expect(released).toEqual([]);
  expect((await standIns.calls()).some(({ args }) => args[0] === 'build')).toBe(false);

  const refused = await cli('deploy', '--tag', 'one');
  expect([refused.code, refused.json()]).toMatchObject([2, { error: { code: 'confirmationRequired' } }]);
  expect(released).toEqual([]);

  const done = await cli('deploy', '--tag', 'one', '--yes');
  expect([done.code, done.json()]).toMatchObject([
    0,
    { success: true, details: { status: 'ready', app_url: 'http://127.0.0.1:9', live: { tag: 'one' } } },
  ]);
  const releases = await cli('deploy', 'releases');
  expect(releases.json()).toMatchObject([{ tag: 'one', result: 'live' }]);
  const builds = (await standIns.calls()).length;
  const back = await cli('deploy', 'rollback', 'one', '--yes');
  expect([back.code, back.json()]).toMatchObject([0, { operation: 'crate_deploy', success: true }]);
  expect(back.stderr).toContain('does not restore data');
  expect((await standIns.calls()).length).toBe(builds);
  expect(released).toEqual(['127.0.0.1:5999/one-app:one', '127.0.0.1:5999/one-app:one']);
});

it('ends a dry run with 2 when a check failed, and says what to do', async () => {
  const { cli } = await setup({ without: ['services/web/templates/page.html'] });
  const dry = await cli('deploy', '--dry-run');
  const answer = dry.json<{ checks: { id: string; state: string; fix?: string }[] }>();
  expect(dry.code).toBe(2);
  expect(answer.checks.find(({ id }) => id === 'templates')).toMatchObject({ state: 'failed' });
  for (const { state, fix } of answer.checks) expect(state === 'failed' && fix === undefined).toBe(false);
});

it('ends with 4 when the release fails, and with 2 for an unknown tag', async () => {
  const { cli } = await setup({ onRelease: () => Promise.reject(new Error('no')) });
  const failed = await cli('deploy', '--yes');
  expect([failed.code, failed.json()]).toMatchObject([
    4,
    { success: false, state: { kind: 'partial' }, details: { live: { tag: null } } },
  ]);
  const unknown = await cli('deploy', 'rollback', 'never', '--yes');
  expect([unknown.code, unknown.json()]).toMatchObject([2, { error: { code: 'invalidInput' } }]);
});
