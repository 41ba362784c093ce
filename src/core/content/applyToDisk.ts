import { sha256 } from '../digest';
import { breather } from '../disk/breathe';
import type { Database } from '../database/connection';
import type { RowItem } from '../models/content';
import type { SkippedItem } from '../models/plan';
import type { RunContext } from '../ports';
import type { BackupStore } from '../state/backupStore';
import { swapFiles, type FileChange } from '../state/fileSwap';
import { digestAfter } from '../state/stageChanges';
import type { ProjectLock } from '../state/projectLock';
import type { StateDirectory } from '../state/stateDirectory';
import { SyncError } from '../syncError';
import type { ContentFiles } from './contentFiles';
import { movedItem, type AgreedItem, type ContentOutcome } from './contentOutcome';
import type { ContentPlan, ContentStep } from './contentPlan';
import { readRowsById } from './contentRepository';
import { decodedItem, type UndecodedItem } from './markdown/parseMarkdown';
import { renderRowAsFile, rewriteMarkdown } from './markdown/renderMarkdown';

export interface ApplyToDiskInput {
  readonly plan: ContentPlan;
  readonly db: Database;
  readonly files: ContentFiles;
  readonly backups: BackupStore;
  readonly state: StateDirectory;
  readonly projectRoot: string;
  readonly lock: ProjectLock;
  readonly context: RunContext;
}

/** Files per swap: bounds what is held in memory, and what one journal has to undo or complete. */
const batchSize = 200;

interface PreparedFile {
  readonly step: ContentStep;
  readonly change: FileChange;
  readonly before: Uint8Array | null;
}

/**
 * Carries out a `to-disk` plan. Rows and files must still hold what the plan saw; what has moved is refused. Old bytes are
 * in the backup before the first file is replaced; each batch of files is swapped under a journal. Cancelling stops between
 * two files, and the report says what was done.
 */
export async function applyToDisk(input: ApplyToDiskInput): Promise<ContentOutcome> {
  const { plan, backups, context } = input;
  const run = new DiskRun(input);
  const writer = backups.begin({
    operation: plan.operation,
    target: plan.databaseIdentity,
    now: context.now(),
  });
  try {
    for (const batch of batchesOf(plan.steps)) {
      for (const { change, before } of await run.prepare(batch)) {
        if (before === null) continue;
        await writer.addFile({
          path: change.path,
          bytes: before,
          after: digestAfter(change),
        });
      }
    }
  } catch (error) {
    await writer.discard();
    throw error;
  }
  const backup = await writer.commit();
  for (const batch of batchesOf(plan.steps)) {
    if (run.cancelled) break;
    await run.swap(await run.prepare(batch));
  }
  return { ...run.outcome(), ...(backup !== undefined && { backup }) };
}

class DiskRun {
  cancelled = false;
  private readonly created: AgreedItem[] = [];
  private readonly updated: AgreedItem[] = [];
  private readonly deleted: ContentStep[] = [];
  private readonly refused = new Map<ContentStep, SkippedItem>();

  constructor(private readonly input: ApplyToDiskInput) {}

  outcome(): ContentOutcome {
    const { created, updated, deleted, cancelled } = this;
    return { created, updated, deleted, refused: [...this.refused.values()], warnings: [], cancelled };
  }

  /** The file changes of a batch, made from what rows and files hold now; refuses what has moved. */
  async prepare(steps: readonly ContentStep[]): Promise<PreparedFile[]> {
    const ids = steps.flatMap(({ rowId, action }) =>
      rowId === undefined || action === 'delete' ? [] : [rowId],
    );
    const rows = new Map((await readRowsById(this.input.db, ids)).map((row) => [row.id, row]));
    SyncError.throwIfAborted(this.input.context.signal);
    const prepared: PreparedFile[] = [];
    const breathe = breather(this.input.context.signal);
    for (const step of steps) {
      const pause = breathe();
      if (pause) await pause;
      if (this.refused.has(step)) continue;
      const file = this.prepareStep(step, step.rowId === undefined ? undefined : rows.get(step.rowId));
      if ('reason' in file) this.refused.set(step, file);
      else prepared.push(file);
    }
    return prepared;
  }

  private prepareStep(step: ContentStep, row: RowItem | undefined): PreparedFile | SkippedItem {
    if (step.action === 'delete') return this.withOldBytes(step, () => null);
    if (!row) return movedItem(step, 'the row has been deleted');
    if (row.digest !== step.digest) return movedItem(step, 'the row has changed');
    try {
      return step.action === 'create' ? this.newFile(step, row) : this.changedFile(step, row);
    } catch (error) {
      if (SyncError.is(error, 'invalidInput'))
        return { item: step.path ?? step.slug, kind: 'invalid', reason: error.message };
      throw error;
    }
  }

  private newFile(step: ContentStep, row: RowItem): PreparedFile | SkippedItem {
    const { path } = step;
    const source = this.input.files.sourceForNew(row.sourceId, row.fields.kind);
    if (!source || path === undefined) return movedItem(step, 'the content config has changed');
    const content = Buffer.from(renderRowAsFile({ ...row.fields, ...row }, source));
    return { step, change: { path, content, expect: null }, before: null };
  }

  private changedFile(step: ContentStep, row: RowItem): PreparedFile | SkippedItem {
    const path = step.path ?? '';
    const source = this.input.files.sourcesOf(step.sourceId, path)[0];
    if (!source) return movedItem(step, 'the content config has changed');
    return this.withOldBytes(step, (bytes, current) =>
      rewriteMarkdown(bytes, decodedItem(current).fields, row.fields, { path, source }),
    );
  }

  private withOldBytes(
    step: ContentStep,
    change: (before: Uint8Array, current: UndecodedItem) => Uint8Array | null,
  ): PreparedFile | SkippedItem {
    const { path = '' } = step;
    const before = this.input.files.readBytes(path);
    if (before === undefined) return movedItem(step, 'the file has been deleted');
    const current = this.input.files.parse(before, step);
    if (current === undefined || current.fileDigest !== step.expectedFileDigest)
      return movedItem(step, 'the file has changed');
    return { step, change: { path, content: change(before, current), expect: sha256(before) }, before };
  }

  async swap(prepared: readonly PreparedFile[]): Promise<void> {
    const { state, lock, projectRoot, context, plan } = this.input;
    const steps = new Map(prepared.map(({ step, change }) => [change.path, step]));
    const changes = prepared.map(({ change }) => change);
    const result = await swapFiles({ state, lock, root: projectRoot, changes, context });
    this.cancelled = result.cancelled;
    for (const { path } of result.applied) this.note(steps.get(path), path);
    for (const { change, reason } of result.refused) {
      const step = steps.get(change.path);
      if (step) this.refused.set(step, { item: change.path, kind: 'conflict', reason });
    }
    const done = this.created.length + this.updated.length + this.deleted.length;
    context.progress({ message: 'Writing files', done, total: plan.steps.length });
  }

  private note(step: ContentStep | undefined, path: string): void {
    if (!step) return;
    if (step.action === 'delete') this.deleted.push(step);
    else
      (step.action === 'create' ? this.created : this.updated).push({
        step,
        digest: step.digest ?? '',
        path,
      });
  }
}

function* batchesOf<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += batchSize) yield items.slice(start, start + batchSize);
}
