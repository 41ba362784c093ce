import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { AccessDiffReport } from '../../src/core/accessControl/accessReport';
import {
  createAccessProject,
  rulesYaml,
  storedRules,
  type AccessProject,
} from '../core/accessControl/accessProject';
import { runCli, type CliRun } from '../support/runCli';

let current: AccessProject | undefined;

async function project(...args: Parameters<typeof createAccessProject>): Promise<AccessProject> {
  current = await createAccessProject(...args);
  return current;
}

function cli(p: AccessProject, ...args: string[]): Promise<CliRun> {
  return runCli(args, { cwd: p.root, env: { DATABASE_URL: p.db.url } });
}

afterEach(async () => {
  await current?.dispose();
  current = undefined;
});

const config = 'access-control/config.yaml';

describe('systemprompt-sync acl', () => {
  it('finds differences, applies them, and is in sync', async () => {
    const p = await project({ [config]: rulesYaml([{ id: 'a', roles: ['x', 'y'] }]) });
    const first = await cli(p, 'acl', 'diff', '--json');
    expect([first.code, first.json()]).toMatchObject([
      1,
      { in_sync: false, updated: [], deleted: [], unmanaged: [], invalid: [] },
    ]);
    expect(first.json<AccessDiffReport>().inserted).toMatchObject([
      {
        entity_type: 'agent',
        entity_id: 'a',
        role: 'x',
        access: 'allow',
        place: 'services/access-control/config.yaml:2',
      },
      { role: 'y' },
    ]);
    const dry = await cli(p, 'acl', 'apply', '--json', '--dry-run');
    expect([dry.code, dry.json()]).toMatchObject([1, { dry_run: true, details: { inserted: 2 } }]);
    expect(await storedRules(p.db)).toEqual([]);
    const apply = await cli(p, 'acl', 'apply', '--json');
    expect([apply.code, apply.json()]).toMatchObject([
      0,
      {
        operation: 'access_control_sync',
        success: true,
        items_synced: 2,
        details: { inserted: 2, updated: 0, skipped: 0, deleted: 0 },
        state: { kind: 'completed' },
      },
    ]);
    expect(apply.json()['plan_id']).toBe(dry.json()['plan_id']);
    const second = await cli(p, 'acl', 'diff', '--json');
    expect([second.code, second.json()['in_sync']]).toEqual([0, true]);
  });

  it('asks before it takes something away, and says what it left', async () => {
    const p = await project({
      [config]: rulesYaml([
        { id: 'a', roles: ['x', 'y'] },
        { id: 'b', roles: ['x'] },
      ]),
    });
    await cli(p, 'acl', 'apply');
    await p.write(config, rulesYaml([{ id: 'a', roles: ['x'], access: 'deny' }]));
    const left = await cli(p, 'acl', 'apply', '--json');
    expect([left.code, left.json()]).toMatchObject([6, { details: { updated: 0, deleted: 0, skipped: 3 } }]);
    const flags = ['--override', '--delete-orphans', '--prune', '--json'];
    const refused = await cli(p, 'acl', 'apply', ...flags);
    expect([refused.code, refused.json()]).toMatchObject([2, { error: { code: 'confirmationRequired' } }]);
    const done = await cli(p, 'acl', 'apply', ...flags, '--yes');
    expect([done.code, done.json()]).toMatchObject([0, { details: { updated: 1, deleted: 2 } }]);
    expect(await storedRules(p.db)).toEqual(['agent/a x deny']);
    const restored = await cli(p, 'backups', 'restore', String(done.json()['backup']), '--yes', '--json');
    expect(restored.code).toBe(0);
    expect(await storedRules(p.db)).toEqual(['agent/a x allow', 'agent/a y allow', 'agent/b x allow']);
  });

  it('says the line of what is wrong in a file, and changes nothing', async () => {
    const p = await project({
      [config]: 'rules:\n  - entity_type: agent\n    entity_id: a\n    roles: []\n',
    });
    const diff = await cli(p, 'acl', 'diff', '--json');
    expect([diff.code, diff.json()]).toMatchObject([
      1,
      {
        in_sync: false,
        invalid: [
          { path: 'services/access-control/config.yaml', line: 4, message: expect.any(String) as string },
        ],
      },
    ]);
    const apply = await cli(p, 'acl', 'apply', '--yes', '--json');
    expect([apply.code, apply.json()]).toMatchObject([2, { error: { code: 'invalidInput' } }]);
    expect((await cli(p, 'acl', 'diff')).stdout).toContain('config.yaml:4:5');
  });

  it('prints an export that applies as it is, and writes it over a file with its comments', async () => {
    const p = await project({ [config]: '# ours\n' + rulesYaml([{ id: 'a', roles: ['x'] }]) });
    await cli(p, 'acl', 'apply');
    await p.db.query(`UPDATE access_control_rules SET justification = 'by hand'`);
    const shown = await cli(p, 'acl', 'export');
    expect([shown.code, shown.stdout]).toEqual([
      0,
      'rules:\n  - entity_type: agent\n    entity_id: a\n    access: allow\n    roles: [x]\n    justification: "by hand"\n',
    ]);
    expect((await cli(p, 'acl', 'export', '--json')).json()).toMatchObject({
      yaml: shown.stdout,
      rules: 1,
      lossy: [],
    });
    const out = join('services', config);
    const dry = await cli(p, 'acl', 'export', '--out', out, '--dry-run', '--json');
    expect([dry.code, dry.json()]).toMatchObject([1, { changed: true, rules: 1 }]);
    expect((await cli(p, 'acl', 'export', '--out', out)).code).toBe(2);
    const written = await cli(p, 'acl', 'export', '--out', out, '--yes', '--json');
    expect([written.code, written.json()]).toMatchObject([0, { backup: expect.any(String) as string }]);
    expect(await p.read(config)).toContain('# ours');
    expect((await cli(p, 'acl', 'diff')).code).toBe(0);
    const folder = await cli(p, 'acl', 'export', '--out', 'services');
    expect([folder.code, folder.stderr]).toEqual([4, expect.stringContaining('services: it is a folder.')]);
    const fresh = await cli(p, 'acl', 'export', '--out', 'new.yaml', '--dialect', 'roles', '--json');
    expect(fresh.code).toBe(0);
    expect(await readFile(join(p.root, 'new.yaml'), 'utf8')).toContain('by hand');
  });

  it('explains a decision, and names what it may depend on', async () => {
    const p = await project(
      { [config]: rulesYaml([{ id: 'a/b', roles: ['x'], access: 'deny', justification: 'why' }]) },
      'current',
    );
    await cli(p, 'acl', 'apply');
    const explained = await cli(
      p,
      'acl',
      'explain',
      '--entity',
      'agent/a/b',
      '--role',
      'y',
      '--role',
      'x',
      '--json',
    );
    expect([explained.code, explained.json()]).toMatchObject([
      0,
      {
        decision: 'deny',
        entity: 'agent/a/b',
        rule: { rule_type: 'role', rule_value: 'x', justification: 'why' },
        generation: 'newer',
        may_depend_on: [],
      },
    ]);
    expect((await cli(p, 'acl', 'explain', '--entity', 'agent', '--json')).json()).toMatchObject({
      error: { code: 'invalidInput' },
    });
    expect((await cli(p, 'acl', 'explain', '--json')).code).toBe(2);
  });

  it('ends two applies at once as if one came after the other', async () => {
    const first = await project({ [config]: rulesYaml([{ id: 'a', roles: ['x'] }]) });
    const second = await createAccessProject({
      [config]: rulesYaml([
        { id: 'a', roles: ['x'], access: 'deny' },
        { id: 'b', roles: ['x'] },
      ]),
    });
    try {
      const args = ['acl', 'apply', '--override', '--delete-orphans', '--prune', '--yes', '--json'];
      const runs = await Promise.all(
        [first, second].map((p) => runCli(args, { cwd: p.root, env: { DATABASE_URL: first.db.url } })),
      );
      expect(runs.map(({ code }) => code)).toEqual([0, 0]);
      expect([['agent/a x allow'], ['agent/a x deny', 'agent/b x allow']]).toContainEqual(
        await storedRules(first.db),
      );
    } finally {
      await second.dispose();
    }
  });

  it('never shows the password of the database', async () => {
    const p = await project({ [config]: rulesYaml([{ id: 'a', roles: ['x'] }]) });
    await writeFile(join(p.root, 'x.yaml'), 'rules: [');
    const password = decodeURIComponent(new URL(p.db.url).password);
    for (const args of [
      ['diff'],
      ['apply'],
      ['export'],
      ['diff', '--file', 'x.yaml'],
      ['explain', '--entity', 'agent/a'],
    ]) {
      const run = await cli(p, 'acl', ...args, '--verbose');
      expect(run.stdout + run.stderr).not.toContain(password);
    }
  });
});
