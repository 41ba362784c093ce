import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { bundleChild, type Child } from '../../support/childProcess';
import { operatorToken, readTree, startTenant, writeFiles, type Files } from '../../support/tenantFixture';
import { FileSyncService } from '../../../src/core/files/fileSyncService';
import { quietContext } from '../../../src/core/ports';
import { discoverProject } from '../../../src/core/project/discoverProject';

export type CrashedOperation = 'pull' | 'push' | 'restore';

const old: Files = {
  'content/changed.md': 'old 1\n',
  'content/deep/er/changed.md': 'old 2\n',
  'content/gone/gone.md': 'old 3\n',
  'skills/same.md': 'same\n',
};
const fresh: Files = {
  'content/changed.md': 'new 1, and longer\n',
  'content/deep/er/changed.md': 'new 2\n',
  'content/new/folder/new.md': 'new 3\n',
  'content/new/folder/second.md': 'new 4\n',
  'content/new/top.md': 'new 5\n',
  'content/deep/er/new.md': 'new 6\n',
  'skills/same.md': 'same\n',
};

/**
 * Lets a real process die at each of its calls to the file system while it applies, at every `stride`th one. At every death
 * each path is old or new; the next run, in this process, completes or undoes it, and nothing is left over or lost.
 *
 * @param moment after the call, or half-way through those that write
 * @returns how many deaths there were
 */
export async function dieWhileApplying(
  operation: CrashedOperation,
  moment: 'after' | 'half',
  stride: number,
): Promise<number> {
  const start = await bundleChild(join(import.meta.dirname, 'children', 'dyingFiles.ts'));
  let next = 0;
  let deaths = 0;
  let gotThrough = false;
  const lane = async () => {
    while (!gotThrough) {
      const at = next;
      next += stride;
      if (await dieOnce(start, operation, moment, at)) deaths += 1;
      else gotThrough = true;
    }
  };
  await Promise.all([lane(), lane(), lane()]);
  return deaths;
}

async function dieOnce(
  start: (...args: string[]) => Child,
  operation: CrashedOperation,
  moment: string,
  at: number,
): Promise<boolean> {
  const scene = await prepare(operation);
  try {
    const child = start(scene.root, scene.origin, operation, moment, String(at));
    const end = await child.ended;
    const where = `${operation}, ${moment} call ${at}, ended by ${end}`;
    expect(['SIGKILL', 0], where).toContain(end);
    // What a restore finds new stays: it brings old values back.
    const [from, to] = operation === 'restore' ? [fresh, { ...fresh, ...old }] : [old, fresh];
    for (const side of [scene.services, scene.remote]) expectOldOrNew(await readTree(side), where);
    if (operation !== 'push') await scene.expectNothingLost(from, to, where);

    await scene.heal();
    expect(await readTree(scene.services), where).toEqual(to);
    if (operation !== 'restore') expect(await readTree(scene.remote), where).toEqual(to);
    expect(await scene.leftOver(), where).toEqual([]);
    return end === 'SIGKILL';
  } finally {
    await scene.dispose();
  }
}

function expectOldOrNew(tree: Files, where: string): void {
  for (const path of new Set([...Object.keys(old), ...Object.keys(fresh), ...Object.keys(tree)]))
    expect([old[path], fresh[path]], `${where}: ${path}`).toContain(tree[path]);
}

interface Scene {
  readonly root: string;
  readonly services: string;
  readonly remote: string;
  readonly origin: string;
  heal(): Promise<void>;
  /** What is no longer in its place is in a backup. */
  expectNothingLost(from: Files, to: Files, where: string): Promise<void>;
  leftOver(): Promise<string[]>;
  dispose(): Promise<void>;
}

/** Both sides agree on `old`, then the giving side moves to `fresh`; for a restore that has been pulled. */
async function prepare(operation: CrashedOperation): Promise<Scene> {
  const tenant = await startTenant(old);
  const root = await mkdtemp(join(tmpdir(), 'files-crash-'));
  const services = join(root, 'services');
  const state = join(root, '.systemprompt', 'sync');
  await mkdir(join(root, '.systemprompt'));
  await mkdir(services);
  const origin = tenant.server.url;
  const project = await discoverProject({
    start: root,
    env: {},
    tenantId: 'tenant-1',
    apiUrl: origin,
    origin,
  });
  const using = async (run: (service: FileSyncService) => Promise<unknown>) => {
    const context = quietContext();
    const service = new FileSyncService({ project, context, env: { SYSTEMPROMPT_API_TOKEN: operatorToken } });
    await run(service).finally(() => service.close());
  };
  const move = (direction: 'push' | 'pull') =>
    using((service) => service[direction]({ delete: true }, async () => ({})));
  await move('pull');
  await replaceTree(operation === 'push' ? services : tenant.services, fresh);
  if (operation === 'restore') await move('pull');
  const [backup] = operation === 'restore' ? await readdir(join(state, 'backups')) : [];
  return {
    root,
    services,
    remote: tenant.services,
    origin,
    heal: () =>
      operation === 'restore'
        ? using(async (service) => service.restore(await service.planRestore(backup ?? '')))
        : move(operation),
    async expectNothingLost(from, to, where) {
      const now = await readTree(services);
      const kept = Object.values(await readTree(join(state, 'backups')).catch(() => ({})));
      for (const [path, text] of Object.entries(from))
        if (now[path] !== text && to[path] !== text) expect(kept, `${where}: ${path}`).toContain(text);
    },
    leftOver: async () =>
      (
        await Promise.all(
          ['journal', 'staging', 'transfer/apply'].map((part) => readdir(join(state, part)).catch(() => [])),
        )
      ).flat(),
    async dispose() {
      await tenant.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function replaceTree(folder: string, files: Files): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
  await writeFiles(folder, files);
}
