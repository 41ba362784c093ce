import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../digest';
import type { SkippedItem } from '../models/plan';
import { ioError } from '../state/ioReason';
import { swapBatch, swapFiles, type FileChange } from '../state/fileSwap';
import { messageOf, SyncError } from '../syncError';
import { isMergeable, keepAgreed } from './agreedContents';
import { topDirectories, type ApplyContext } from './applyContext';
import type { StagedFile } from './archive/stageArchive';
import { openContentCache, type ContentCache } from './contentCache';
import { fetchRemote } from './fetchRemote';
import { movedFile, nothingDone, type FilesOutcome } from './filesOutcome';
import type { FileStep } from './filesPlan';
import { readLocalFile } from './readLocalFile';
import { withTransferFolder } from './transferFolder';

/** Where the new content of a file lies by now, and how it has to be mode-wise. */
interface Incoming {
  readonly executable: boolean;
  /** Where it was downloaded to; absent when it comes from the cache. */
  readonly staged?: StagedFile;
  read(): Promise<Buffer | undefined>;
}

/**
 * Carries out a `pull` plan. The archive is checked to its end before the first file is touched; contents must be what the
 * plan saw, files too, else they are refused. Old bytes are in the backup before the first file is replaced; each batch is
 * swapped under a journal. Cancelling stops between two files, and the report says what was done.
 */
export async function applyPull(input: ApplyContext): Promise<FilesOutcome> {
  const { state, backups } = input;
  return withTransferFolder(state, 'apply', async (folder) => {
    const run = new PullRun(input);
    const incoming = await run.fetch(join(folder, 'new'));
    await run.recheckDeletions();
    const backup = await run.backUp();
    try {
      for (const batch of run.batches(incoming)) {
        if (run.cancelled) break;
        await run.swap(batch, incoming);
      }
    } catch (error) {
      run.endedBy(error);
    }
    await run.keepAgreed(incoming);
    if (backup !== undefined) await backups.prune();
    return { ...run.outcome(), ...(backup !== undefined && { backup }) };
  });
}

class PullRun {
  cancelled = false;
  private readonly written: FileStep[] = [];
  private readonly deleted: FileStep[] = [];
  private readonly settled = new Set<FileStep>();
  private readonly refused = new Map<string, SkippedItem>();
  private failure: string | undefined;
  private readonly cache: ContentCache;

  constructor(private readonly input: ApplyContext) {
    this.cache = openContentCache(input.state);
  }

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

  /** The contents of all steps, from the cache or in one download; a content that is not the plan's is refused. */
  async fetch(folder: string): Promise<ReadonlyMap<string, Incoming>> {
    const { plan, tenant, context, limits } = this.input;
    const needed = plan.steps.filter((step) => step.digest !== undefined);
    const cached = this.cache.having(needed.map(({ digest }) => digest ?? ''));
    const incoming = new Map<string, Incoming>();
    const missing = new Map<string, FileStep>();
    for (const step of needed) {
      const digest = step.digest ?? '';
      // The cache does not know which files are executable.
      if (cached.has(digest))
        incoming.set(step.path, { executable: false, read: () => this.cache.read(digest) });
      else missing.set(step.path, step);
    }
    if (missing.size === 0) return incoming;
    const staged = await fetchRemote({
      client: tenant.client,
      context,
      wanted: (path) => missing.has(path),
      filter: topDirectories(missing.keys()),
      directories: plan.remote.directories,
      limits,
      folder,
    });
    for (const [path, step] of missing) {
      const file = staged.get(path);
      if (file?.sha256 === step.digest && file !== undefined) incoming.set(path, stagedContent(file));
      else this.refuse(movedFile(path, file ? 'changed on the tenant' : 'deleted on the tenant'));
    }
    return incoming;
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

  /** What was downloaded is moved aside as the base of a later merge; a convenience, so a failure is only noted. */
  async keepAgreed(incoming: ReadonlyMap<string, Incoming>): Promise<void> {
    const { state, context } = this.input;
    const files = this.written.filter(isMergeable).flatMap(({ path }) => {
      const staged = incoming.get(path)?.staged;
      return staged ? [{ digest: staged.sha256, file: staged.stagedPath }] : [];
    });
    try {
      await keepAgreed(state, files);
    } catch (error) {
      context.logger.debug(`The pulled contents were not kept for a later merge: ${messageOf(error)}`);
    }
  }

  /** Looks at every target once more, and keeps its old bytes. @returns the id of the backup; undefined when nothing is replaced */
  async backUp(): Promise<string | undefined> {
    const { plan, backups, context, servicesDir, servicesPrefix, state } = this.input;
    const writer = backups.begin({ operation: plan.operation, target: plan.tenant, now: context.now() });
    try {
      for (const step of plan.steps) {
        SyncError.throwIfAborted(context.signal);
        if (this.refused.has(step.path)) continue;
        const bytes = await readLocalFile(state.fileSystem, servicesDir, step.path);
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

  /** The steps that are left, in pieces that fit into memory. */
  *batches(incoming: ReadonlyMap<string, Incoming>): Generator<readonly FileStep[]> {
    let batch: FileStep[] = [];
    let bytes = 0;
    for (const step of this.input.plan.steps) {
      if (this.refused.has(step.path) || this.settled.has(step)) continue;
      if (step.digest !== undefined && !incoming.has(step.path)) continue;
      if (batch.length >= swapBatch.files || (batch.length > 0 && bytes + step.size > swapBatch.bytes)) {
        yield batch;
        batch = [];
        bytes = 0;
      }
      batch.push(step);
      bytes += step.size;
    }
    if (batch.length > 0) yield batch;
  }

  async swap(batch: readonly FileStep[], incoming: ReadonlyMap<string, Incoming>): Promise<void> {
    const { state, lock, servicesDir, context, plan } = this.input;
    const changes: FileChange[] = [];
    for (const step of batch) {
      const change = await this.changeOf(step, incoming.get(step.path));
      if (change) changes.push(change);
    }
    const steps = new Map(batch.map((step) => [step.path, step]));
    const result = await swapFiles({ state, lock, root: servicesDir, changes, context });
    this.cancelled = result.cancelled;
    for (const { path } of result.applied) {
      const step = steps.get(path);
      if (step) (step.action === 'delete' ? this.deleted : this.written).push(step);
    }
    for (const { change, reason } of result.refused) {
      this.refuse({ item: change.path, kind: 'conflict', reason });
    }
    const done = this.written.length + this.deleted.length;
    const bytes = { done: this.written.reduce((sum, { size }) => sum + size, 0), total: plan.bytes };
    context.progress({ message: 'Writing files', done, total: plan.steps.length, bytes });
  }

  private async changeOf(step: FileStep, incoming: Incoming | undefined): Promise<FileChange | undefined> {
    const expect = step.expectedDigest ?? null;
    if (step.digest === undefined) return { path: step.path, content: null, expect };
    const content = await incoming?.read();
    if (content === undefined || sha256(content) !== step.digest) {
      this.refuse(movedFile(step.path, 'lost from the download'));
      return undefined;
    }
    const isNewProgram = step.action === 'create' && incoming?.executable === true;
    return { path: step.path, content, expect, ...(isNewProgram && { mode: 0o755 }) };
  }

  private refuse(item: SkippedItem): void {
    this.refused.set(item.item, item);
  }
}

function whatMoved({ expectedDigest }: FileStep, now: string | undefined): string {
  if (now === undefined) return 'deleted here';
  return expectedDigest === undefined ? 'created here' : 'changed here';
}

function stagedContent(staged: StagedFile): Incoming {
  const { stagedPath, path, executable } = staged;
  return {
    executable,
    staged,
    async read() {
      try {
        return await readFile(stagedPath);
      } catch (error) {
        throw ioError(`Could not read the downloaded ${path}`, error);
      }
    },
  };
}
