import { randomUUID } from 'node:crypto';
import { backUpCreatedRows, backUpDeletedRows, backUpUpdatedRows, captureRows } from '../backups/backupRows';
import type { Database } from '../database/connection';
import { sqlStateOf } from '../database/databaseError';
import { breather } from '../disk/breathe';
import type { SkippedItem } from '../models/plan';
import type { RunContext } from '../ports';
import type { BackupStore, BackupWriter } from '../state/backupStore';
import type { ProjectLock } from '../state/projectLock';
import { SyncError } from '../syncError';
import type { ContentFiles } from './contentFiles';
import { keyOf } from './compareContent';
import { movedItem, type AgreedItem, type ContentOutcome } from './contentOutcome';
import type { ContentPlan, ContentStep } from './contentPlan';
import { deleteRows, readRowsById, rowsPerStatement, updateRows, type RowToWrite } from './contentRepository';
import { beyondCopy, copyRows, insertRows, type NewRow, type RowCreator } from './createRows';
import { decodedItem, type UndecodedItem } from './markdown/parseMarkdown';

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

const table = 'markdown_content';

/**
 * Carries out a `to-db` plan in one transaction. Every step is checked first: the file must still hold what the plan saw,
 * and so must the row, which is locked. What has moved is refused, nothing is guessed. Counts are the database's.
 *
 * @throws SyncError `database` or `cancelled`: nothing was changed (unless its details say `outcomeUnknown`)
 */
export async function applyToDatabase(input: ApplyToDatabaseInput): Promise<ContentOutcome> {
  try {
    return await applyInTransaction(input, copyRows);
  } catch (error) {
    if (!beyondCopy.has(sqlStateOf(error) ?? '')) throw error;
    return applyInTransaction(input, insertRows);
  }
}

async function applyInTransaction(
  input: ApplyToDatabaseInput,
  createRows: RowCreator,
): Promise<ContentOutcome> {
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
        const run = new DatabaseRun(input, writer, createRows);
        await run.create(plan.steps.filter(({ action }) => action === 'create'));
        await run.change(plan.steps.filter(({ action }) => action !== 'create'));
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

/** A step whose row was sent under this id. */
interface SentStep {
  readonly step: ContentStep;
  readonly id: string;
}

class DatabaseRun {
  private readonly created: AgreedItem[] = [];
  private readonly updated: AgreedItem[] = [];
  private readonly deleted: ContentStep[] = [];
  private readonly refused: SkippedItem[] = [];
  private readonly affected = new Map<string, number>();
  private filesRead = 0;
  /** To be called between two files; see `breather`. */
  private readonly breathe: () => Promise<void> | undefined;

  constructor(
    private readonly input: ApplyToDatabaseInput,
    private readonly writer: BackupWriter,
    private readonly createRows: RowCreator,
  ) {
    const { context, plan } = input;
    const breathe = breather(context.signal);
    this.breathe = () => {
      const pause = breathe();
      if (pause)
        context.progress({ message: 'Writing rows', done: this.filesRead, total: plan.steps.length });
      return pause;
    };
  }

  outcome(): ContentOutcome {
    const warnings = [...this.affected].map(
      ([name, count]) =>
        `${count} ${count === 1 ? 'row' : 'rows'} of ${name} went with the deleted items; they are in the backup too.`,
    );
    const { created, updated, deleted, refused } = this;
    return { created, updated, deleted, refused, warnings, cancelled: false };
  }

  /** New rows, written while their files are read. */
  async create(steps: readonly ContentStep[]): Promise<void> {
    if (steps.length === 0) return;
    const sent: SentStep[] = [];
    const done = await this.createRows(this.input.db, this.rowsOf(steps, sent), this.breathe);
    if (this.input.backUpCreated) await backUpCreatedRows(this.input.db, this.writer, table, [...done]);
    this.keep(sent, done, this.created, 'the slug has been taken in the database');
  }

  /** Updates and deletions. */
  async change(steps: readonly ContentStep[]): Promise<void> {
    for (let start = 0; start < steps.length; start += rowsPerStatement) {
      const batch = steps.slice(start, start + rowsPerStatement);
      // The files are read while the server looks at the rows.
      const [unmoved, rows] = await Promise.all([this.withRowsAsPlanned(batch), this.read(batch)]);
      await this.update(
        unmoved.filter(({ action }) => action === 'update'),
        rows,
      );
      await this.delete(unmoved.filter(({ action }) => action === 'delete'));
    }
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

  /** @param sent gets the step of each row */
  private *rowsOf(steps: readonly ContentStep[], sent: SentStep[]): Generator<NewRow | undefined> {
    for (const [step, item] of this.readEach(steps)) {
      const row = item && { ...keyOf(step), id: randomUUID(), fields: item.fields, body: item.body };
      yield this.isSent(step, row, sent) ? row : undefined;
    }
  }

  /** Without a row, the step is refused: its file is not what the plan saw. */
  private isSent<Row extends { readonly id: string }>(
    step: ContentStep,
    row: Row | undefined,
    sent: SentStep[],
  ): row is Row {
    if (row) sent.push({ step, id: row.id });
    else this.refused.push(movedItem(step, 'the file has changed'));
    return row !== undefined;
  }

  private async read(steps: readonly ContentStep[]): Promise<ReadonlyMap<ContentStep, RowToWrite>> {
    const rows = new Map<ContentStep, RowToWrite>();
    for (const [step, item] of this.readEach(steps.filter(({ action }) => action === 'update'))) {
      if (item && step.rowId !== undefined)
        rows.set(step, { ...keyOf(step), id: step.rowId, fields: decodedItem(item).fields });
      const pause = this.breathe();
      if (pause) await pause;
    }
    return rows;
  }

  /** What the files of the steps hold, one after the other, as long as it is what the plan saw. */
  private *readEach(
    steps: readonly ContentStep[],
  ): Generator<readonly [ContentStep, UndecodedItem | undefined]> {
    for (const step of steps) {
      this.filesRead += 1;
      const item = this.input.files.readUndecoded(step);
      const isAsPlanned =
        item?.digest === step.digest && item?.slug === step.slug && item.locale === step.locale;
      yield [step, isAsPlanned ? item : undefined];
    }
  }

  private async update(
    steps: readonly ContentStep[],
    rows: ReadonlyMap<ContentStep, RowToWrite>,
  ): Promise<void> {
    const sent: SentStep[] = [];
    const toWrite: RowToWrite[] = [];
    for (const step of steps) {
      const row = rows.get(step);
      if (this.isSent(step, row, sent)) toWrite.push(row);
    }
    if (toWrite.length === 0) return;
    const { db } = this.input;
    const before = await captureRows(
      db,
      table,
      sent.map(({ id }) => id),
    );
    const done = await updateRows(db, toWrite);
    await backUpUpdatedRows(db, this.writer, table, before);
    this.keep(sent, done, this.updated, 'the row has been deleted');
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
    sent: readonly SentStep[],
    done: ReadonlySet<string>,
    into: AgreedItem[],
    otherwise: string,
  ): void {
    for (const { step, id } of sent) {
      if (done.has(id)) into.push({ step, digest: step.digest ?? '', path: step.path ?? '' });
      else this.refused.push(movedItem(step, otherwise));
    }
  }
}
