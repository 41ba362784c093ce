import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunContext } from '../ports';
import { errnoOf, SyncError } from '../syncError';
import { ioError } from './ioReason';
import { encodeLockRecord, heartbeatMs, judgeLock, type LockRecord, type LockState } from './lockRecord';
import { ownIdentity, type ProcessIdentity } from './processIdentity';
import type { StateDirectory } from './stateDirectory';

/** The right to change a project, and the state of its synchronisation. */
export interface ProjectLock {
  /** The generation: grows with every holder. */
  readonly token: number;
  /**
   * To be called before each step that cannot be taken back.
   * @throws SyncError `locked` when another process has taken the lock over (this one had been silent for too long)
   */
  assertHeld(): Promise<void>;
  /** Never fails: a lock that cannot be released is taken over once this process has ended. */
  release(): Promise<void>;
}

export interface AcquireOptions {
  /** Who it is, for those who have to wait: `CLI content to-db`. */
  readonly owner: string;
  readonly context: RunContext;
  /** How long to wait for another holder; 30 seconds unless told. 0 tries once. */
  readonly waitMs?: number;
}

/**
 * Takes the one lock of a project, shared by editor windows, command line and jobs, on one machine or on several.
 *
 * Lock files are numbered, and the highest is the truth. Taking over means creating the next number with its content in one
 * step, so that of many who see a dead holder only one succeeds; a process that was late lists again, sees a higher number,
 * and steps back. Two acquisitions within one process exclude each other as well.
 *
 * @throws SyncError `locked` after `waitMs`, `cancelled`, `io`
 */
export async function acquireProjectLock(
  state: StateDirectory,
  options: AcquireOptions,
): Promise<ProjectLock> {
  const { context, waitMs = 30_000 } = options;
  const deadline = performance.now() + waitMs;
  const files = new LockFiles(state, await ownIdentity(), context);
  let told = false;
  for (;;) {
    SyncError.throwIfAborted(context.signal);
    const { generation, holder } = await files.look();
    if (holder.kind === 'free') {
      const record = await files.claim(generation + 1, options.owner);
      if (record) return hold(files, record);
    } else if (performance.now() >= deadline) {
      throw lockedBy(holder.record);
    } else if (!told) {
      context.progress({ message: `Waiting for ${holder.record?.owner ?? 'another process'}` });
      told = true;
    }
    await pause(context.signal);
  }
}

function hold(files: LockFiles, first: LockRecord): ProjectLock {
  let record = first;
  let writing = Promise.resolve();
  const write = (changes: Partial<LockRecord>) => {
    record = { ...record, ...changes };
    const next = record;
    // One after the other: a heartbeat must not undo the release.
    writing = writing.then(() => files.rewrite(next));
    return writing;
  };
  const timer = setInterval(() => void write({ heartbeatAt: files.now() }), heartbeatMs);
  timer.unref();
  return {
    token: record.generation,
    assertHeld: () => files.assertHighest(record),
    async release() {
      clearInterval(timer);
      await write({ released: true });
    },
  };
}

/** The numbered files under `lock/`. */
class LockFiles {
  constructor(
    private readonly state: StateDirectory,
    private readonly self: ProcessIdentity,
    private readonly context: RunContext,
  ) {}

  now(): number {
    return this.context.now();
  }

  /** Who holds the highest generation; generation 0 when there is none. */
  async look(): Promise<{ generation: number; holder: LockState }> {
    try {
      for (;;) {
        const generation = await this.highest();
        if (generation === 0) return { generation, holder: { kind: 'free' } };
        const holder = await this.judge(generation);
        if (holder) return { generation, holder };
      }
    } catch (error) {
      throw ioError('Could not read the lock of the project', error);
    }
  }

  /** Creates a generation; undefined when somebody else was faster. */
  async claim(generation: number, owner: string): Promise<LockRecord | undefined> {
    const now = this.now();
    const record: LockRecord = {
      format: 1,
      generation,
      ...this.self,
      owner: owner.slice(0, 200),
      acquiredAt: now,
      heartbeatAt: now,
      released: false,
    };
    try {
      if (!(await this.create(record))) return undefined;
      const others = await this.generations();
      if (others.some((other) => other > generation)) {
        await this.state.fileSystem.unlink(this.file(generation));
        return undefined;
      }
      await this.removeOld(generation, others);
      return record;
    } catch (error) {
      throw ioError('Could not take the lock of the project', error);
    }
  }

  async rewrite(record: LockRecord): Promise<void> {
    try {
      await this.state.fileSystem.overwrite(this.file(record.generation), encodeLockRecord(record));
    } catch (error) {
      // Not fatal: assertHeld speaks up before anything is changed.
      this.context.logger.debug(
        `Could not renew the lock of the project: ${errnoOf(error) ?? 'unknown error'}`,
      );
    }
  }

  async assertHighest(own: LockRecord): Promise<void> {
    const highest = await this.highest();
    if (highest === own.generation && !own.released) return;
    const { holder } = await this.look();
    const by = holder.kind === 'held' && holder.record ? ` to ${describe(holder.record)}` : '';
    throw new SyncError(
      'locked',
      `The lock of the project was lost${by}: this run stops before it changes more.`,
      {
        hint: 'The process was paused for too long, or the state folder was deleted. Run the command again.',
      },
    );
  }

  private async highest(): Promise<number> {
    try {
      return Math.max(0, ...(await this.generations()));
    } catch (error) {
      throw ioError('Could not read the lock of the project', error);
    }
  }

  private async generations(): Promise<number[]> {
    const names = await this.state.fileSystem.list(this.state.path('lock'));
    return names.flatMap((name) => (/^[1-9]\d{0,14}\.json$/.test(name) ? [Number.parseInt(name, 10)] : []));
  }

  private async judge(generation: number): Promise<LockState | undefined> {
    const { fileSystem } = this.state;
    const stats = await fileSystem.lstat(this.file(generation));
    if (!stats) return undefined;
    const bytes = await fileSystem.readFile(this.file(generation)).catch((error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    });
    return bytes && judgeLock(bytes, await this.ageOf(stats.mtimeMs), this.now(), this.self);
  }

  /** On a share, the server's clock stamps files: an age that could matter is measured against a file written now. */
  private async ageOf(mtimeMs: number): Promise<number> {
    const ageMs = Date.now() - mtimeMs;
    if (ageMs >= 0 && ageMs < 2 * heartbeatMs) return ageMs;
    const { fileSystem } = this.state;
    const probe = join(await this.state.ensure('tmp'), `${randomUUID()}.tmp`);
    await fileSystem.createFile(probe, Buffer.from('probe'), 0o600);
    const stats = await fileSystem.lstat(probe);
    await fileSystem.unlink(probe);
    return stats ? stats.mtimeMs - mtimeMs : 0;
  }

  /** With its content in one step. A file system without hard links gets the file first: a reader sees it as torn, and waits. */
  private async create(record: LockRecord): Promise<boolean> {
    const { fileSystem } = this.state;
    const target = join(await this.state.ensure('lock'), `${record.generation}.json`);
    const temporary = join(await this.state.ensure('tmp'), `${randomUUID()}.tmp`);
    const content = encodeLockRecord(record);
    try {
      await fileSystem.createFile(temporary, content, 0o600);
      await fileSystem.link(temporary, target).catch((error: unknown) => {
        if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP'].includes(errnoOf(error) ?? '')) throw error;
        return fileSystem.createFile(target, content, 0o600);
      });
      return true;
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') return false;
      throw error;
    } finally {
      await fileSystem.unlink(temporary);
    }
  }

  /** The two before stay, so that a listing that overlaps a take-over still sees a higher one than the listing process made. */
  private async removeOld(generation: number, others: readonly number[]): Promise<void> {
    for (const old of others.filter((other) => other < generation - 2))
      await this.state.fileSystem.unlink(this.file(old));
  }

  private file(generation: number): string {
    return this.state.path('lock', `${generation}.json`);
  }
}

function lockedBy(record: LockRecord | undefined): SyncError {
  if (!record) {
    return new SyncError('locked', 'Another process is changing this project.', {
      hint: 'Try again in a moment.',
    });
  }
  const { owner, pid, host, acquiredAt } = record;
  const since = new Date(acquiredAt).toISOString();
  return new SyncError(
    'locked',
    `Another process is changing this project: ${describe(record)} since ${since}.`,
    {
      hint: 'Wait until it has finished, or end it; its lock is then taken over by itself.',
      details: { owner, pid, host, since },
    },
  );
}

function describe({ owner, pid, host }: LockRecord): string {
  return `${owner} (process ${pid} on ${host})`;
}

/** Jitter keeps those who wait from asking in step. */
async function pause(signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(40 + Math.random() * 60, undefined, signal && { signal });
  } catch (error) {
    SyncError.throwIfAborted(signal);
    throw error;
  }
}
