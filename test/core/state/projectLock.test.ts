import { readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { quietContext } from '../../../src/core/ports';
import { nodeFileSystem } from '../../../src/core/state/fileSystem';
import { ownIdentity, parseStat, processLiveness } from '../../../src/core/state/processIdentity';
import { acquireProjectLock } from '../../../src/core/state/projectLock';
import { openStateDirectory, type StateDirectory } from '../../../src/core/state/stateDirectory';
import { applyUnderLock } from '../../../src/core/state/withProjectLock';
import { SyncError } from '../../../src/core/syncError';
import { bundleChild } from '../../support/childProcess';
import { countUnderLock } from './countUnderLock';
import { temporaryProject } from './temporaryProject';

const context = quietContext();
const isLinux = process.platform === 'linux';
const minuteMs = 60_000;

function tryLock(state: StateDirectory, owner = 'second') {
  return acquireProjectLock(state, { owner, context, waitMs: 0 });
}

interface ForeignLock {
  readonly pid?: number;
  readonly machine?: string;
  readonly startedAt?: number | null;
  readonly ageMs?: number;
  /** What the record itself says, when it differs from the age of the file. */
  readonly saidAgeMs?: number;
  readonly released?: boolean;
}

/** Writes the lock file of another process, as old as told. */
async function writeForeignLock(state: StateDirectory, lock: ForeignLock): Promise<void> {
  const self = await ownIdentity();
  const { ageMs = 0, saidAgeMs = ageMs, ...rest } = lock;
  const said = Date.now() - saidAgeMs;
  const record = {
    format: 1,
    generation: 7,
    ...self,
    owner: 'window',
    acquiredAt: said,
    heartbeatAt: said,
    released: false,
    ...rest,
  };
  await writeLockFile(state, JSON.stringify(record), ageMs);
}

async function writeLockFile(state: StateDirectory, text: string, ageMs: number): Promise<void> {
  await state.ensure('lock');
  await writeFile(state.path('lock', '7.json'), text);
  const time = new Date(Date.now() - ageMs);
  await utimes(state.path('lock', '7.json'), time, time);
}

async function isFree(state: StateDirectory): Promise<boolean> {
  try {
    await (await tryLock(state)).release();
    return true;
  } catch (error) {
    if (SyncError.is(error, 'locked')) return false;
    throw error;
  }
}

describe('projectLock', () => {
  it('is held by one at a time, also within one process, and grows its token', async () => {
    const state = openStateDirectory(await temporaryProject());
    const first = await tryLock(state, 'editor');
    await first.assertHeld();
    await expect(tryLock(state)).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringMatching(/editor \(process \d+ on .+\) since \d{4}-/) as string,
      details: { owner: 'editor', pid: process.pid, host: hostname() },
    });
    await first.release();
    const second = await tryLock(state);
    expect(second.token).toBeGreaterThan(first.token);
    await expect(first.assertHeld()).rejects.toMatchObject({ code: 'locked' });
    await second.release();
  });

  it('goes to the one who waits when it is released', async () => {
    const state = openStateDirectory(await temporaryProject());
    const first = await tryLock(state);
    const messages: string[] = [];
    const progress = ({ message }: { message: string }) => void messages.push(message);
    const second = acquireProjectLock(state, { owner: 'b', context: quietContext({ progress }) });
    await expect.poll(() => messages).toEqual(['Waiting for second']);
    await first.release();
    await (await second).release();
  });

  it('stops waiting when the user cancels', async () => {
    const state = openStateDirectory(await temporaryProject());
    const first = await tryLock(state);
    const abort = new AbortController();
    const progress = () => abort.abort();
    const waiting = acquireProjectLock(state, {
      owner: 'b',
      context: quietContext({ progress, signal: abort.signal }),
    });
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    await first.release();
  });

  it('is not taken from a living process, and taken at once from a killed one', async () => {
    const root = await temporaryProject();
    const state = openStateDirectory(root);
    const child = (await bundleChild(join(import.meta.dirname, 'children', 'holdLock.ts')))(root);
    await child.ready;
    await expect(tryLock(state)).rejects.toMatchObject({
      code: 'locked',
      details: { owner: 'other window' },
    });
    child.kill();
    await child.ended;
    await (await tryLock(state)).release();
  });

  const held: readonly (readonly [string, ForeignLock])[] = [
    ['of this very process', {}],
    ['of another machine that was heard of a minute ago', { machine: 'elsewhere', ageMs: minuteMs }],
    // The clock of that machine is behind, but the file says that it was just written.
    ['of another machine whose clock is late', { machine: 'elsewhere', saidAgeMs: 60 * minuteMs }],
    ['of another machine whose clock is early', { machine: 'elsewhere', saidAgeMs: -60 * minuteMs }],
    [
      'of a process that runs, whose start is unknown, heard of 9 minutes ago',
      { startedAt: null, ageMs: 9 * minuteMs },
    ],
  ];
  it.each(held)('stays with a holder %s', async (_, lock) => {
    const state = openStateDirectory(await temporaryProject());
    await writeForeignLock(state, lock);
    expect(await isFree(state)).toBe(false);
  });

  const free: readonly (readonly [string, ForeignLock])[] = [
    ['that has released it', { released: true }],
    ['whose process is gone', { pid: 2 ** 22 + 1 }],
    ['of another machine that was silent for 3 minutes', { machine: 'elsewhere', ageMs: 3 * minuteMs }],
    [
      'of another machine, silent, whose clock is early',
      { machine: 'elsewhere', ageMs: 3 * minuteMs, saidAgeMs: -minuteMs },
    ],
    ['whose id runs, start unknown, silent for 11 minutes', { startedAt: null, ageMs: 11 * minuteMs }],
  ];
  it.each(free)('is taken over from a holder %s', async (_, lock) => {
    const state = openStateDirectory(await temporaryProject());
    await writeForeignLock(state, lock);
    expect(await isFree(state)).toBe(true);
  });

  it.skipIf(!isLinux)(
    'is taken over when the process id now belongs to another process (start times: Linux)',
    async () => {
      const state = openStateDirectory(await temporaryProject());
      await writeForeignLock(state, { startedAt: ((await ownIdentity()).startedAt ?? 0) - 1 });
      expect(await isFree(state)).toBe(true);
    },
  );

  it.skipIf(!isLinux)(
    'tells a living process from another one with its id (start times: Linux)',
    async () => {
      const { pid, startedAt } = await ownIdentity();
      expect(await processLiveness(pid, startedAt)).toBe('alive');
      expect(await processLiveness(pid, (startedAt ?? 0) + 1)).toBe('dead');
      expect(await processLiveness(pid, null)).toBe('unknown');
    },
  );

  // Name, state, 14 fields, the number of threads, one field, the start time.
  it.each([
    ['runs', 'node', 'S', 11, false],
    ['runs under a name like the end of one', 'a) Z 1 (b', 'R', 1, false],
    ['was killed while a thread is still in a system call', 'node', 'Z', 2, false],
    ['has ended, and was not asked for its exit code', 'node', 'Z', 1, true],
    ['has ended, and is just being removed', 'node', 'X', 0, true],
  ])('knows of a process that %s whether it may still write', (_what, name, state, threads, finished) => {
    const text = `4711 (${name}) ${state}${' 0'.repeat(16)} ${threads} 0 1824854 3133440\n`;
    expect(parseStat(text)).toEqual({ startedAt: 1824854, finished });
  });

  it.each([
    ['waits for a half-written file', '{"format":1,"gen', 0, false],
    ['takes over a half-written file after 10 seconds', '{"format":1,"gen', 11_000, true],
    ['takes over an empty file after 10 seconds', '', 11_000, true],
    ['waits for the holder of a later version', '{"format":2}', minuteMs, false],
    ['takes over from a silent holder of a later version', '{"format":2}', 11 * minuteMs, true],
  ])('%s', async (_, text, ageMs, expected) => {
    const state = openStateDirectory(await temporaryProject());
    await writeLockFile(state, text, ageMs);
    expect(await isFree(state)).toBe(expected);
  });

  it('tells a holder that was paused too long that it has lost the lock', async () => {
    const state = openStateDirectory(await temporaryProject());
    const first = await tryLock(state, 'first');
    await writeFile(
      state.path('lock', `${first.token + 1}.json`),
      await readFile(state.path('lock', `${first.token}.json`)),
    );
    await expect(first.assertHeld()).rejects.toMatchObject({ code: 'locked' });
    await first.release();
  });

  it('is not taken by a process that was late by several holders', async () => {
    const root = await temporaryProject();
    const prompt = openStateDirectory(root);
    let overtaken = false;
    const link = async (existing: string, path: string) => {
      // Between looking and taking: the number that the late one is about to create has come and gone.
      if (!overtaken) for (let count = 0; count < 4; count += 1) await (await tryLock(prompt)).release();
      const holder = overtaken ? undefined : await tryLock(prompt, 'prompt');
      overtaken = true;
      await nodeFileSystem.link(existing, path);
      await holder?.assertHeld();
    };
    await expect(
      tryLock(openStateDirectory(root, { ...nodeFileSystem, link }), 'late'),
    ).rejects.toMatchObject({
      code: 'locked',
      details: { owner: 'prompt' },
    });
  });

  it('is lost, and does not come back, when the state folder is deleted', async () => {
    const state = openStateDirectory(await temporaryProject());
    const first = await tryLock(state);
    await rm(state.path(), { recursive: true });
    await expect(first.assertHeld()).rejects.toMatchObject({ code: 'locked' });
    const second = await tryLock(state);
    await first.release();
    await second.assertHeld();
    await second.release();
  });

  it('works where the file system has no hard links', async () => {
    const link = async () => Promise.reject(Object.assign(new Error('no links'), { code: 'EPERM' }));
    const state = openStateDirectory(await temporaryProject(), { ...nodeFileSystem, link });
    const first = await tryLock(state);
    expect(await isFree(state)).toBe(false);
    await first.release();
    expect(await isFree(state)).toBe(true);
  });

  it('does not stay with a process that failed to take it', async () => {
    const root = await temporaryProject();
    let listings = 0;
    const list = async (path: string) => {
      listings += 1;
      if (listings === 2) throw Object.assign(new Error('broken'), { code: 'EIO' });
      return nodeFileSystem.list(path);
    };
    await expect(tryLock(openStateDirectory(root, { ...nodeFileSystem, list }))).rejects.toMatchObject({
      code: 'io',
    });
    expect(await isFree(openStateDirectory(root))).toBe(true);
  });

  it('keeps few files, however often it changes hands', async () => {
    const state = openStateDirectory(await temporaryProject());
    for (let count = 0; count < 10; count += 1) await (await tryLock(state)).release();
    expect((await nodeFileSystem.list(state.path('lock'))).sort()).toEqual(['10.json', '8.json', '9.json']);
    expect(await nodeFileSystem.list(state.path('tmp'))).toEqual([]);
  });

  it('loses no update when processes compete and some are killed while they hold it', async () => {
    await countUnderLock({ counters: 3, increments: 20, victims: 8 });
  });
});

describe('applyUnderLock', () => {
  it('returns what the run returns, and releases the lock', async () => {
    const state = openStateDirectory(await temporaryProject());
    const token = await applyUnderLock({ state, owner: 'a', context }, async (lock) => {
      await lock.assertHeld();
      return lock.token;
    });
    expect(token).toBe(1);
    expect(await isFree(state)).toBe(true);
  });

  it('releases the lock when the run fails, and passes the error on', async () => {
    const state = openStateDirectory(await temporaryProject());
    const failure = new SyncError('conflict', 'moved');
    const run = applyUnderLock({ state, owner: 'a', context }, () => Promise.reject(failure));
    await expect(run).rejects.toBe(failure);
    expect(await isFree(state)).toBe(true);
  });
});
