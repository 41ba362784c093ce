import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { FileSyncService } from '../../../src/core/files/fileSyncService';
import { quietContext } from '../../../src/core/ports';
import { discoverProject } from '../../../src/core/project/discoverProject';
import { builtFile } from '../../support/builtFile';
import { bundleChild, type Child } from '../../support/childProcess';
import { operatorToken, readTree, startTenant, writeFiles, type Files } from '../../support/tenantFixture';

export interface Kills {
  /** Processes that were killed before they had ended. */
  readonly killed: number;
  /** Kills after which some files were old and others new. */
  readonly halfWay: number;
}

type Start = (...args: string[]) => Child;

/**
 * Kills real processes at random times of a pull, a push or a restore, by turns. At every kill each path is old or new, on both
 * sides; the next run brings everything to the end without anybody's help, and leaves nothing over.
 *
 * @param kills at least so many; a process that had ended before it was to be killed does not count
 */
export async function killWhileSyncing(kills: number): Promise<Kills> {
  const start = await bundleChild(join(import.meta.dirname, 'children', 'waitingFiles.ts'));
  // The files of the second one are so many that they are unpacked in a thread.
  const lanes = await Promise.all([openLane(start, 40), openLane(start, 210)]);
  const total = (of: keyof Kills) => lanes.reduce((sum, lane) => sum + lane.kills[of], 0);
  let next = 0;
  await Promise.all(
    lanes.map(async (lane) => {
      while (total('killed') < kills)
        await lane.round((['pull', 'push', 'restore'] as const)[next++ % 3] ?? 'pull');
    }),
  );
  return { killed: total('killed'), halfWay: total('halfWay') };
}

interface Lane {
  readonly kills: { killed: number; halfWay: number };
  round(operation: 'pull' | 'push' | 'restore'): Promise<void>;
}

/** A project and a tenant of their own. A process is always being started ahead: starting takes longer than syncing. */
async function openLane(startChild: Start, count: number): Promise<Lane> {
  const tenant = await startTenant({});
  onTestFinished(() => tenant.stop());
  const root = await mkdtemp(join(tmpdir(), 'files-kill-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const services = join(root, 'services');
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
  const env = { SYSTEMPROMPT_API_TOKEN: operatorToken };
  const service = new FileSyncService({ project, context: quietContext(), env });
  onTestFinished(() => service.close());
  const move = (direction: 'push' | 'pull') =>
    service[direction](
      { delete: true, conflict: direction === 'push' ? 'local' : 'remote' },
      async () => ({}),
    );

  const kills = { killed: 0, halfWay: 0 };
  let version = 0;
  let longestMs = 200;
  let agreed: Files = {};
  const start = () => startChild(root, origin, builtFile('stagingWorker.js'));
  let waiting = start();

  const killAfterRandom = async (order: string): Promise<void> => {
    const child = waiting;
    await child.ready;
    waiting = start();
    child.tell(order);
    await Promise.race([delay(Math.random() * longestMs), child.ended]);
    child.kill();
    const end = await child.ended;
    expect(['SIGKILL', 0], order).toContain(end);
    if (end === 'SIGKILL') kills.killed += 1;
    // Most kills should hit the work, and some its very end.
    longestMs = Math.max(20, longestMs * (end === 'SIGKILL' ? 1.02 : 0.9));
  };
  const expectOldOrNew = async (old: Files, fresh: Files): Promise<void> => {
    const local = await readTree(services);
    for (const tree of [local, await readTree(tenant.services)])
      for (const path of new Set([old, fresh, tree].flatMap(Object.keys)))
        expect([old[path], fresh[path]], path).toContain(tree[path]);
    const of = (files: Files) => Object.entries(local).some(([path, text]) => files[path] === text);
    if (of(old) && of(fresh)) kills.halfWay += 1;
  };
  const nextVersion = async (folder: string): Promise<Files> => {
    version += 1;
    const files = filesOf(version, count);
    for (const path of Object.keys(agreed)) if (!(path in files)) await rm(join(folder, path));
    await writeFiles(folder, files);
    return files;
  };

  const round: Lane['round'] = async (operation) => {
    let order: string = operation;
    let target: Files;
    if (operation === 'restore') {
      const before = agreed;
      agreed = await nextVersion(tenant.services);
      const { backup } = await move('pull');
      // The first round has nothing to bring back.
      if (backup === undefined) return;
      order = `restore ${backup}`;
      target = { ...agreed, ...before };
    } else target = await nextVersion(operation === 'push' ? services : tenant.services);

    await killAfterRandom(order);
    await expectOldOrNew(agreed, target);
    if (operation === 'restore') {
      await service.restore(await service.planRestore(order.slice('restore '.length)));
      expect(await readTree(services)).toEqual(sorted(target));
    }
    await move(operation === 'pull' ? 'pull' : 'push');
    for (const side of [services, tenant.services]) expect(await readTree(side)).toEqual(sorted(target));
    expect(await leftOver(join(root, '.systemprompt', 'sync'))).toEqual([]);
    agreed = target;
  };
  return { kills, round };
}

/** Files that all change with every version, and one that only odd ones have. */
function filesOf(version: number, count: number): Files {
  const paths = Array.from({ length: count }, (_, index) => `content/${index % 4}/${index}.md`);
  if (version % 2 === 1) paths.push('content/odd/odd.md');
  return Object.fromEntries(paths.map((path) => [path, `version ${version} of ${path}\n`]));
}

function sorted(files: Files): Files {
  return Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function leftOver(state: string): Promise<string[]> {
  const parts = ['journal', 'staging', 'transfer/apply'];
  const found = await Promise.all(parts.map((part) => readdir(join(state, part)).catch(() => [])));
  return found.flat();
}
