import { randomUUID } from 'node:crypto';
import { backUpCreatedRows, backUpDeletedRows, backUpUpdatedRows, captureRows } from '../backups/backupRows';
import type { Database } from '../database/connection';
import { breather } from '../disk/breathe';
import type { DiskItem } from '../models/content';
import type { SkippedItem } from '../models/plan';
import type { RunContext } from '../ports';
import type { BackupStore, BackupWriter } from '../state/backupStore';
import type { ProjectLock } from '../state/projectLock';
import { SyncError } from '../syncError';
import type { ContentFiles } from './contentFiles';
import { movedItem, type AgreedItem, type ContentOutcome } from './contentOutcome';
import type { ContentPlan, ContentStep } from './contentPlan';
import { deleteRows, insertRows, readRowsById, updateRows, type RowToWrite } from './contentRepository';

export interface ApplyToDatabaseInput {
  readonly plan: ContentPlan;
  readonly db: Database;
  readonly files: ContentFiles;
  readonly backups: BackupStore;
  /** Note created rows too, so that a restore takes them back. */
  readonly backUpCreated: boolean;
  readonly lock: ProjectLock;
  readonly context: RunContext;
}

/** Rows per statement: bounds the memory, and stays within what Citus and YugabyteDB take at once (design.md). */
const batchSize = 1000;
const table = 'markdown_content';

type WritableStep = { readonly step: ContentStep; readonly row: RowToWrite & { readonly id: string } };

/**
 * Carries out a `to-db` plan in one transaction. Every step is checked first: the file must still hold what the plan saw,
 * and so must the row, which is locked. What has moved is refused, nothing is guessed. Counts are the database's.
 *
 * @throws SyncError `database` or `cancelled`: nothing was changed (unless its details say `outcomeUnknown`)
 */
export async function applyToDatabase(input: ApplyToDatabaseInput): Promise<ContentOutcome> {
  const { plan, db, backups, lock, context } = input;
  let writer: BackupWriter | undefined;
  try {
    return await db.transaction(
      async () => {
        await writer?.discard();
        writer = backups.begin({
          operation: plan.operation,
          target: plan.databaseIdentity,
          now: context.now(),
        });
        const run = new DatabaseRun(input, writer);
        const batchAt = (start: number) => plan.steps.slice(start, start + batchSize);
        const readAt = (start: number) => {
          const items = run.read(batchAt(start));
          // What it fails with is told when its turn comes.
          items.catch(() => undefined);
          return items;
        };
        let reading = readAt(0);
        for (let start = 0; start < plan.steps.length; start += batchSize) {
          SyncError.throwIfAborted(context.signal);
          context.progress({ message: 'Writing rows', done: start, total: plan.steps.length });
          const items = await reading;
          // The files of the next batch are read while the server writes this one.
          reading = readAt(start + batchSize);
          await run.apply(batchAt(start), items);
        }
        // The backup is on disk before the old values are gone for good, and only the holder of the lock commits.
        const backup = await writer.commit();
        await lock.assertHeld();
        return { ...run.outcome(), ...(backup !== undefined && { backup }) };
      },
      { retries: 3 },
    );
  } catch (error) {
    if (!(SyncError.is(error, 'database') && error.details?.['outcomeUnknown'] === true))
      await writer?.discard();
    throw error;
  }
}

class DatabaseRun {
  private readonly created: AgreedItem[] = [];
  private readonly updated: AgreedItem[] = [];
  private readonly deleted: ContentStep[] = [];
  private readonly refused: SkippedItem[] = [];
  private readonly affected = new Map<string, number>();

  constructor(
    private readonly input: ApplyToDatabaseInput,
    private readonly writer: BackupWriter,
  ) {}

  outcome(): ContentOutcome {
    const warnings = [...this.affected].map(
      ([name, count]) =>
        `${count} ${count === 1 ? 'row' : 'rows'} of ${name} went with the deleted items; they are in the backup too.`,
    );
    const { created, updated, deleted, refused } = this;
    return { created, updated, deleted, refused, warnings, cancelled: false };
  }

  /** Reads the files of the steps again. @throws SyncError `io`, `cancelled` */
  async read(steps: readonly ContentStep[]): Promise<ReadonlyMap<ContentStep, DiskItem>> {
    const { files, context } = this.input;
    const breathe = breather(context.signal);
    const items = new Map<ContentStep, DiskItem>();
    for (const step of steps) {
      const pause = breathe();
      if (pause) await pause;
      const item = step.action === 'delete' ? undefined : files.read(step);
      if (item) items.set(step, item);
    }
    return items;
  }

  /** @param items what the files of the steps hold now */
  async apply(steps: readonly ContentStep[], items: ReadonlyMap<ContentStep, DiskItem>): Promise<void> {
    const unmoved = await this.withRowsAsPlanned(steps);
    const changes = unmoved.filter(({ action }) => action !== 'delete');
    const writable = this.withFilesAsPlanned(changes, items);
    await this.create(writable.filter(({ step }) => step.action === 'create'));
    await this.update(writable.filter(({ step }) => step.action === 'update'));
    await this.delete(unmoved.filter(({ action }) => action === 'delete'));
  }

  /** Locks the rows of the steps, and keeps those steps whose row still holds what the plan saw. */
  private async withRowsAsPlanned(steps: readonly ContentStep[]): Promise<ContentStep[]> {
    const ids = steps.flatMap(({ rowId }) => (rowId === undefined ? [] : [rowId]));
    const digests = new Map(
      (await readRowsById(this.input.db, ids, true)).map((row) => [row.id, row.digest]),
    );
    return steps.filter((step) => {
      if (step.rowId === undefined || digests.get(step.rowId) === step.expectedDigest) return true;
      this.refused.push(
        movedItem(step, digests.has(step.rowId) ? 'the row has changed' : 'the row has been deleted'),
      );
      return false;
    });
  }

  /** Those whose file still holds what the plan saw. */
  private withFilesAsPlanned(
    steps: readonly ContentStep[],
    items: ReadonlyMap<ContentStep, DiskItem>,
  ): WritableStep[] {
    const writable: WritableStep[] = [];
    for (const step of steps) {
      const item = items.get(step);
      if (item?.digest !== step.digest || item?.slug !== step.slug || item.locale !== step.locale) {
        this.refused.push(movedItem(step, 'the file has changed'));
        continue;
      }
      const { sourceId, locale, slug } = step;
      writable.push({
        step,
        row: { id: step.rowId ?? randomUUID(), sourceId, locale, slug, fields: item.fields },
      });
    }
    return writable;
  }

  private async create(steps: readonly WritableStep[]): Promise<void> {
    if (steps.length === 0) return;
    const done = await insertRows(
      this.input.db,
      steps.map(({ row }) => row),
    );
    if (this.input.backUpCreated) await backUpCreatedRows(this.input.db, this.writer, table, [...done]);
    this.keep(steps, done, this.created, 'the slug has been taken in the database');
  }

  private async update(steps: readonly WritableStep[]): Promise<void> {
    if (steps.length === 0) return;
    const { db } = this.input;
    const before = await captureRows(
      db,
      table,
      steps.map(({ row }) => row.id),
    );
    const done = await updateRows(
      db,
      steps.map(({ row }) => row),
    );
    await backUpUpdatedRows(db, this.writer, table, before);
    this.keep(steps, done, this.updated, 'the row has been deleted');
  }

  private async delete(steps: readonly ContentStep[]): Promise<void> {
    const ids = steps.flatMap(({ rowId }) => (rowId === undefined ? [] : [rowId]));
    if (ids.length === 0) return;
    const affected = await backUpDeletedRows(this.input.db, this.writer, table, ids);
    for (const [name, count] of affected) this.affected.set(name, (this.affected.get(name) ?? 0) + count);
    const done = await deleteRows(this.input.db, ids);
    for (const step of steps) {
      if (step.rowId !== undefined && done.has(step.rowId)) this.deleted.push(step);
      else this.refused.push(movedItem(step, 'the row has been deleted'));
    }
  }

  private keep(
    steps: readonly WritableStep[],
    done: ReadonlySet<string>,
    into: AgreedItem[],
    otherwise: string,
  ): void {
    for (const { step, row } of steps) {
      if (done.has(row.id)) into.push({ step, digest: step.digest ?? '', path: step.path ?? '' });
      else this.refused.push(movedItem(step, otherwise));
    }
  }
}
