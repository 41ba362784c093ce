import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunContext } from '../ports';
import { SyncError } from '../syncError';
import { LockFiles } from './lockFiles';
import { describeHolder, heartbeatMs, type LockRecord } from './lockRecord';
import { ownIdentity } from './processIdentity';
import type { StateDirectory } from './stateDirectory';

/** The right to change a project, and the state of its synchronisation. */
export interface ProjectLock {
  /** The generation: grows with every holder. */
  readonly token: number;
  /**
   * To be called before each step that cannot be taken back. Looks at the disk at most every few milliseconds: a lock is
   * taken over from a process that was silent for minutes.
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
  const moments = () => [performance.now(), Date.now()] as const;
  let seenHeld: ReturnType<typeof moments> | undefined;
  return {
    token: record.generation,
    async assertHeld() {
      const now = moments();
      // Two clocks, since one of them stands still while the machine sleeps.
      if (!record.released && seenHeld?.every((then, index) => isJustNow(then, now[index]))) return;
      await files.assertHighest(record);
      seenHeld = now;
    },
    async release() {
      clearInterval(timer);
      await write({ released: true });
    },
  };
}

/** Far below the time after which anybody takes a lock over. */
const seenForMs = 20;

function isJustNow(then: number, now: number | undefined): boolean {
  return now !== undefined && now >= then && now - then < seenForMs;
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
    `Another process is changing this project: ${describeHolder(record)} since ${since}.`,
    {
      hint: 'Wait until it has finished, or end it; its lock is then taken over by itself.',
      details: { owner, pid, host, since },
    },
  );
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
