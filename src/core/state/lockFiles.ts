import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { RunContext } from '../ports';
import { errnoOf, SyncError } from '../syncError';
import { ioError } from './ioReason';
import {
  describeHolder,
  encodeLockRecord,
  heartbeatMs,
  judgeLock,
  type LockRecord,
  type LockState,
} from './lockRecord';
import type { ProcessIdentity } from './processIdentity';
import type { StateDirectory } from './stateDirectory';

/** The numbered files under `lock/`; projectLock.ts says how they make a lock. Every method throws SyncError `io`, but for `rewrite`. */
export class LockFiles {
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
    let created = false;
    try {
      created = await this.create(record);
      if (!created) return undefined;
      const others = await this.generations();
      if (others.some((other) => other > generation)) {
        await this.state.fileSystem.unlink(this.file(generation));
        return undefined;
      }
      await this.removeOld(generation, others);
      return record;
    } catch (error) {
      // Nobody would hold what was created, and this process stays alive.
      if (created) await this.rewrite({ ...record, released: true });
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
    const by = holder.kind === 'held' && holder.record ? ` to ${describeHolder(holder.record)}` : '';
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
      // A temporary file that stays is swept by a later run.
      await fileSystem.unlink(temporary).catch(() => undefined);
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
