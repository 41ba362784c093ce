import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { runCli, type CliOptions, type CliRun } from '../support/runCli';
import {
  operatorToken,
  readTree,
  startTenant,
  writeFiles,
  type Files,
  type TenantFixture,
} from '../support/tenantFixture';

interface Setup {
  readonly tenant: TenantFixture;
  readonly root: string;
  readonly services: string;
  readonly cli: (...args: string[]) => Promise<CliRun>;
}

async function setup(local: Files, remote: Files = {}, options: CliOptions = {}): Promise<Setup> {
  const tenant = await startTenant(remote);
  onTestFinished(() => tenant.stop());
  const root = await mkdtemp(join(tmpdir(), 'files-cli-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const services = join(root, 'services');
  await mkdir(join(root, '.systemprompt'));
  await mkdir(services);
  await writeFiles(services, local);
  const connection = ['--origin', tenant.server.url, '--tenant', 'tenant-1', '--json'];
  return {
    tenant,
    root,
    services,
    cli: (...args) =>
      runCli([...args, ...connection], {
        cwd: root,
        env: { SYSTEMPROMPT_API_TOKEN: operatorToken },
        ...options,
      }),
  };
}

const files = { 'agents/x.yaml': 'x', 'content/a.md': 'a' };

it('compares, pushes, says in sync, pulls a change, and restores', async () => {
  const { cli, tenant, services } = await setup({ ...files, 'web/w.html': 'w' });
  const diff = await cli('files', 'diff');
  expect(diff.code).toBe(1);
  expect(diff.json()).toMatchObject({
    in_sync: false,
    added: 2,
    modified: 0,
    deleted: 0,
    unchanged: 0,
    entries: [
      { path: 'agents/x.yaml', local: 'added', remote: 'unchanged', conflict: false, size: 1 },
      { path: 'content/a.md', local: 'added', remote: 'unchanged', conflict: false, size: 1 },
    ],
    excluded: [{ path: 'web/', kind: 'outside' }],
  });

  const push = await cli('files', 'push');
  expect(push.code).toBe(0);
  expect(push.json()).toMatchObject({
    operation: 'files_push',
    success: true,
    items_synced: 2,
    items_skipped: 0,
    state: { kind: 'completed' },
    details: { uploaded: ['agents/x.yaml', 'content/a.md'], requests: 1, excluded: [{ path: 'web/' }] },
  });
  expect((await cli('files', 'diff')).code).toBe(0);

  await writeFiles(tenant.services, { 'content/a.md': 'theirs' });
  expect((await cli('files', 'pull')).json()).toMatchObject({ error: { code: 'confirmationRequired' } });
  const pull = await cli('files', 'pull', '--yes');
  expect([pull.code, pull.json()]).toMatchObject([
    0,
    { details: { written: ['content/a.md'], deleted: [] } },
  ]);
  const backups = await cli('files', 'backups');
  const id = pull.json<{ backup: string }>().backup;
  expect(backups.json<{ id: string }[]>().map((backup) => backup.id)).toEqual([id]);
  expect((await cli('files', 'restore', id, '--yes')).json()).toMatchObject({
    operation: 'restore',
    items_synced: 1,
  });
  expect((await readTree(services))['content/a.md']).toBe('a');
});

it('prints a plan on a dry run, and changes nothing, not even a cache', async () => {
  const { cli, tenant, root } = await setup(files, { 'content/b.md': 'b' });
  for (const direction of ['push', 'pull']) {
    const dry = await cli('files', direction, '--dry-run');
    expect(dry.code).toBe(1);
    expect(dry.json()).toMatchObject({ dry_run: true, items_synced: 0, state: { kind: 'not_started' } });
  }
  expect(await readTree(tenant.services)).toEqual({ 'content/b.md': 'b' });
  expect(await readdir(join(root, '.systemprompt'))).toEqual([]);
});

it('exits with 6 when only a conflict is there, and with 0 once a side is chosen', async () => {
  const { cli, tenant } = await setup({ 'content/a.md': 'mine' }, { 'content/a.md': 'theirs' });
  const left = await cli('files', 'push', '--yes');
  expect([left.code, left.json()]).toMatchObject([
    6,
    { items_synced: 0, details: { left: [{ kind: 'conflict' }] } },
  ]);
  expect((await cli('files', 'diff')).json()).toMatchObject({
    entries: [{ conflict: true, origin: 'unknown' }],
  });
  expect((await cli('files', 'push', '--yes', '--conflict', 'local')).code).toBe(0);
  expect(await readTree(tenant.services)).toEqual({ 'content/a.md': 'mine' });
});

it('takes only what --path names, and carries a deletion over with --delete', async () => {
  const { cli, services } = await setup({}, files);
  expect((await cli('files', 'pull', '--path', 'content/**')).code).toBe(0);
  expect(await readTree(services)).toEqual({ 'content/a.md': 'a' });
  expect((await cli('files', 'pull')).code).toBe(0);
  await rm(join(services, 'content/a.md'));
  expect((await cli('files', 'push')).code).toBe(5);
  const pushed = await cli('files', 'push', '--delete', '--yes');
  expect([pushed.code, pushed.json()]).toMatchObject([0, { details: { deleted: ['content/a.md'] } }]);
});

it('refuses an archive over a limit that was set, and a limit that is none', async () => {
  const { cli, services } = await setup({}, files);
  const refused = await cli('files', 'pull', '--max-entries', '1');
  expect([refused.code, refused.json()]).toMatchObject([
    4,
    { error: { code: 'tarballUnsafe', details: { rule: 'entryCount' } } },
  ]);
  expect(await readTree(services)).toEqual({});
  const wrong = await cli('sync', 'pull', '--max-file-size', 'huge');
  expect([wrong.code, wrong.json()]).toMatchObject([2, { error: { code: 'invalidInput' } }]);
  expect((await cli('files', 'pull', '--max-entries', '2')).code).toBe(0);
});

it.each([
  ['no tenant', ['files', 'diff'], {}, 2, 'missingConfig'],
  ['no token', ['files', 'diff', '--origin', 'ORIGIN'], {}, 3, 'unauthorized'],
  [
    'a wrong token',
    ['files', 'diff', '--origin', 'ORIGIN'],
    { SYSTEMPROMPT_API_TOKEN: 'wrong-token' },
    3,
    'unauthorized',
  ],
])('exits as the contract says with %s', async (_what, args, env, code, error) => {
  const { root, tenant } = await setup(files);
  const run = await runCli([...args.map((arg) => arg.replace('ORIGIN', tenant.server.url)), '--json'], {
    cwd: root,
    env,
  });
  expect([run.code, run.json()]).toMatchObject([code, { error: { code: error } }]);
  expect(run.stdout + run.stderr).not.toContain('wrong-token');
});

it('says before the tenant refuses that the token has expired', async () => {
  const { root, tenant } = await setup(files);
  const payload = Buffer.from(JSON.stringify({ exp: 1_000 })).toString('base64url');
  const run = await runCli(['files', 'diff', '--origin', tenant.server.url, '--json'], {
    cwd: root,
    env: { SYSTEMPROMPT_API_TOKEN: `eyJhbGciOiJub25lIn0.${payload}.seeded-signature` },
  });
  expect(run.code).toBe(3);
  expect(run.stderr).toContain('Your sign-in has expired');
  expect(run.stdout + run.stderr).not.toContain('seeded-signature');
});

it('exits with 130 when it is stopped, and has sent nothing', async () => {
  const { cli, tenant } = await setup(
    files,
    {},
    { onStart: (kill) => void setTimeout(() => kill('SIGINT'), 120) },
  );
  const run = await cli('files', 'push');
  // The signal may come before the process listens for it, or when all is done.
  if (run.code === 0) expect(await readTree(tenant.services)).toEqual(files);
  else expect(await readTree(tenant.services)).toEqual({});
});

it('sync gives a result for files although the database has none, and the other way round', async () => {
  const { cli, tenant, root } = await setup(files);
  const push = await cli('sync', 'push', '--yes');
  expect(push.code).toBe(4);
  expect(push.json()).toMatchObject([
    { operation: 'files_push', success: true, items_synced: 2, state: { kind: 'completed' } },
    { operation: 'database_push', success: false, state: { kind: 'not_started' } },
  ]);
  expect(push.json<{ errors: string[] }[]>()[1]?.errors[0]).toMatch(/database/i);
  expect(await readTree(tenant.services)).toEqual(files);

  const pull = await runCli(['sync', 'pull', '--yes', '--json', '--origin', tenant.server.url], {
    cwd: root,
    env: { SYSTEMPROMPT_API_TOKEN: 'wrong-token' },
  });
  expect(pull.code).toBe(3);
  expect(pull.json()).toMatchObject([
    { operation: 'files_pull', success: false, state: { kind: 'failed' } },
    { operation: 'database_pull', success: false, state: { kind: 'not_started' } },
  ]);
});

it('sync prints both plans on a dry run, and an error where a side has none', async () => {
  const { cli, tenant } = await setup(files);
  const dry = await cli('sync', 'push', '--dry-run');
  expect(dry.code).toBe(2);
  expect(dry.json()).toMatchObject([
    { operation: 'files_push', dry_run: true, steps: [{ action: 'create' }, { action: 'create' }] },
    { operation: 'database_push', success: false, errors: [expect.stringMatching(/database/i)] },
  ]);
  expect(await readTree(tenant.services)).toEqual({});
});
