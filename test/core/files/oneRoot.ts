import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { bundleChild } from '../../support/childProcess';
import { operatorToken } from '../../support/operatorToken';
import { runCli } from '../../support/runCli';
import { readTree, startTenant } from '../../support/tenantFixture';
import { createJobProject } from '../jobs/jobEnvironment';
import { writeInOneStep } from './writeInOneStep';

export interface OneRootTurns {
  readonly windows: number;
  readonly job: number;
  readonly cli: number;
}

/**
 * Two windows, a job and the command line change and sync one root, as processes of their own, at the same time. Everybody's
 * change arrives, none is taken back, and at the end both sides are equal and nothing is left over.
 */
export async function shareOneRoot(turns: OneRootTurns): Promise<void> {
  const { root, db } = await createJobProject();
  const tenant = await startTenant({
    'content/config.yaml': await readFile(join(root, 'services/content/config.yaml'), 'utf8'),
  });
  onTestFinished(() => tenant.stop());
  await mkdir(join(tenant.services, 'content', 'blog'));
  const child = async (name: string) => bundleChild(join(import.meta.dirname, 'children', `${name}.ts`));
  const [startWindow, startJob] = await Promise.all([child('window'), child('contentJob')]);
  const { url } = tenant.server;
  const others = [
    startWindow(root, tenant.services, url, 'first', String(turns.windows)),
    startWindow(root, tenant.services, url, 'second', String(turns.windows)),
    startJob(root, db.url, String(turns.job)),
  ];
  for (let turn = 1; turn <= turns.cli; turn += 1) {
    const path = 'content/push-cli.md';
    await writeInOneStep(join(root, 'services', path), `${turn}\n`);
    // What another one changes between plan and apply is left, and named: then the command is repeated.
    await expect
      .poll(
        async () => {
          const { code, stderr } = await cli(root, url, 'push');
          expect([0, 5], stderr).toContain(code);
          return readFile(join(tenant.services, path), 'utf8').catch(() => '');
        },
        { timeout: 60_000 },
      )
      .toBe(`${turn}\n`);
  }
  expect(await Promise.all(others.map(({ ended }) => ended))).toEqual([0, 0, 0]);

  expect((await cli(root, url, 'push')).code).toBe(0);
  const local = await readTree(join(root, 'services'));
  expect(await readTree(tenant.services)).toEqual(local);
  expect(local).toMatchObject({
    'content/push-cli.md': `${turns.cli}\n`,
    'content/push-first.md': `${turns.windows - 1}\n`,
    'content/pull-first.md': `${turns.windows}\n`,
    'content/push-second.md': `${turns.windows - 1}\n`,
    'content/pull-second.md': `${turns.windows}\n`,
  });
  const state = join(root, '.systemprompt', 'sync');
  for (const part of ['journal', 'staging', 'transfer/apply'])
    expect(await readdir(join(state, part)).catch(() => []), part).toEqual([]);
}

function cli(root: string, origin: string, move: 'push' | 'pull') {
  const args = ['files', move, '--yes', '--origin', origin, '--tenant', 'tenant-1', '--json'];
  return runCli(args, { cwd: root, env: { SYSTEMPROMPT_API_TOKEN: operatorToken } });
}
