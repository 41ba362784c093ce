import { sha256 } from '../digest';
import type { SkippedItem } from '../models/plan';
import { swapFiles, type FileChange } from '../state/fileSwap';
import { flushingAhead } from '../state/flushingAhead';
import { discardSwapStaging, openSwapStaging, type SwapStaging } from '../state/swapStaging';
import { noFolderSeen, seenMissing } from '../state/swapTarget';
import { messageOf, SyncError } from '../syncError';
import { AgreedArchives } from './agreedArchives';
import type { ApplyContext } from './applyContext';
import { fetchIncoming, type Incoming } from './fetchIncoming';
import { movedFile, nothingDone, type FilesOutcome } from './filesOutcome';
import type { FilesPlan, FileStep } from './filesPlan';
import { readLocalFile } from './readLocalFile';

/**
 * Carries out a `pull` plan. The archive is checked to its end before the first file is touched; contents must be what the
 * plan saw, files too, else they are refused. Contents are downloaded to where the swap takes them from; old bytes are in
 * the backup before the first file is replaced; all of them are swapped under one journal. Cancelling stops between two
 * files, or new folders, and the report says what was done.
 */
export async function applyPull(input: ApplyContext): Promise<FilesOutcome> {
  const { plan, state, backups, context, servicesDir, stagingThread } = input;
  const run = new PullRun(input);
  let staging = await openSwapStaging(state, servicesDir);
  const ahead = flushingAhead(state.fileSystem, staging.folder);
  const agreed = new AgreedArchives(state, context);
  const copy = isLargePull(plan) ? await agreed.beginCopy() : undefined;
  let incoming: ReadonlyMap<string, Incoming>;
  let backup: string | undefined;
  try {
    const how = {
      copy,
      stage: stagingThread?.stage,
      onStaged: ({ size }: { size: number }) => ahead.written(size),
    };
    incoming = await fetchIncoming(input, staging, how, (item) => run.refuse(item));
    staging = { ...staging, flushed: ahead.end() };
    // Its memory is needed no longer, and more of it is going to be.
    void stagingThread?.close();
    await run.recheckDeletions();
    backup = await run.backUp();
  } catch (error) {
    if (copy) await agreed.discard(copy);
    await run.discard(staging);
    throw error;
  }
  try {
    await run.swap(staging, incoming);
  } catch (error) {
    run.endedBy(error);
  }
  const outcome = run.outcome();
  await (copy ? agreed.keepCopy(copy) : agreed.pack(servicesDir, outcome.written));
  if (backup !== undefined) await backups.prune();
  return { ...outcome, ...(backup !== undefined && { backup }) };
}

/** Worth a thread, and a copy of the archive: smaller plans want little of it, and would displace what others have brought. */
export function isLargePull({ steps, bytes }: FilesPlan): boolean {
  return steps.length >= 200 || bytes >= 4 * 1024 * 1024;
}

const filesPerProgress = 100;

class PullRun {
  private cancelled = false;
  private readonly written: FileStep[] = [];
  private readonly deleted: FileStep[] = [];
  private readonly settled = new Set<FileStep>();
  private readonly refused = new Map<string, SkippedItem>();
  private failure: string | undefined;
  private bytes = 0;

  constructor(private readonly input: ApplyContext) {}

  outcome(): FilesOutcome {
    const { written, deleted, cancelled, failure } = this;
    return {
      ...nothingDone,
      written,
      deleted,
      settled: [...this.settled],
      refused: [...this.refused.values()],
      cancelled,
      ...(failure !== undefined && { failure }),
    };
  }

  /** Nothing done yet: the error itself is the answer. Afterwards the report has to say what was done. */
  endedBy(error: unknown): void {
    if (this.written.length + this.deleted.length === 0 || !SyncError.is(error)) throw error;
    this.cancelled = error.code === 'cancelled';
    if (!this.cancelled) this.failure = error.message;
  }

  /** A file is only deleted here while the tenant really lacks it. */
  async recheckDeletions(): Promise<void> {
    const { plan, tenant, context } = this.input;
    const deletions = plan.steps.filter(({ action }) => action === 'delete');
    if (deletions.length === 0) return;
    const now = await tenant.client.manifest(context);
    const there = new Set(now.files.map(({ path }) => path));
    for (const { path } of deletions) {
      if (there.has(path)) this.refuse(movedFile(path, 'created again on the tenant'));
    }
  }

  /** Looks at every target once more, and keeps its old bytes. @returns the id of the backup; undefined when nothing is replaced */
  async backUp(): Promise<string | undefined> {
    const { plan, backups, context, servicesDir, servicesPrefix, state } = this.input;
    const writer = backups.begin({ operation: plan.operation, target: plan.tenant, now: context.now() });
    const seen = noFolderSeen();
    try {
      for (const step of plan.steps) {
        SyncError.throwIfAborted(context.signal);
        if (this.refused.has(step.path)) continue;
        const bytes = seenMissing(seen, step.path)
          ? undefined
          : await readLocalFile(state.fileSystem, servicesDir, step.path, seen);
        const now = bytes && sha256(bytes);
        // An interrupted run may have been completed since the plan was made.
        if (now === step.digest) this.settled.add(step);
        else if (now !== step.expectedDigest) this.refuse(movedFile(step.path, whatMoved(step, now)));
        else if (bytes)
          await writer.addFile({ path: servicesPrefix + step.path, bytes, after: step.digest ?? null });
      }
      return await writer.commit();
    } catch (error) {
      await writer.discard();
      throw error;
    }
  }

  /** All steps that are left. What the user stops has been told before. */
  async swap(staging: SwapStaging, incoming: ReadonlyMap<string, Incoming>): Promise<void> {
    const { state, lock, servicesDir, context } = this.input;
    const steps = this.remaining(incoming);
    const result = await swapFiles({
      state,
      lock,
      root: servicesDir,
      changes: [...steps.values()].map((step) => changeOf(step, incoming.get(step.path))),
      context,
      staging,
      onApplied: ({ path }) => this.applied(steps.get(path)),
    });
    this.cancelled = result.cancelled;
    for (const { change, reason } of result.refused) {
      this.refuse({ item: change.path, kind: 'conflict', reason });
    }
    this.tell();
  }

  /** What was downloaded for nothing. The error that led here is what has to be told; the next run removes what stays. */
  async discard(staging: SwapStaging): Promise<void> {
    const { state, context } = this.input;
    await discardSwapStaging(state, staging).catch((error: unknown) => {
      context.logger.warn(`A download was left for the next run to remove. ${messageOf(error)}`);
    });
  }

  refuse(item: SkippedItem): void {
    this.refused.set(item.item, item);
  }

  private remaining(incoming: ReadonlyMap<string, Incoming>): ReadonlyMap<string, FileStep> {
    const steps = new Map<string, FileStep>();
    for (const step of this.input.plan.steps) {
      if (this.refused.has(step.path) || this.settled.has(step)) continue;
      if (step.digest === undefined || incoming.has(step.path)) steps.set(step.path, step);
    }
    return steps;
  }

  private applied(step: FileStep | undefined): void {
    if (step === undefined) return;
    (step.action === 'delete' ? this.deleted : this.written).push(step);
    this.bytes += step.action === 'delete' ? 0 : step.size;
    if ((this.written.length + this.deleted.length) % filesPerProgress === 0) this.tell();
  }

  private tell(): void {
    const { context, plan } = this.input;
    const done = this.written.length + this.deleted.length;
    const bytes = { done: this.bytes, total: plan.bytes };
    context.progress({ message: 'Writing files', done, total: plan.steps.length, bytes });
  }
}

/** New programs become executable; what is replaced keeps its mode. */
function changeOf(step: FileStep, incoming: Incoming | undefined): FileChange {
  const expect = step.expectedDigest ?? null;
  if (step.digest === undefined || incoming === undefined) return { path: step.path, content: null, expect };
  const content = { staged: incoming.staged, digest: step.digest };
  const isNewProgram = step.action === 'create' && incoming.executable;
  return { path: step.path, content, expect, ...(isNewProgram && { mode: 0o755 }) };
}

function whatMoved({ expectedDigest }: FileStep, now: string | undefined): string {
  if (now === undefined) return 'deleted here';
  return expectedDigest === undefined ? 'created here' : 'changed here';
}
