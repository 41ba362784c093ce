import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileManifest } from '../api/apiModels';
import { countBytes } from '../countBytes';
import type { SkippedItem } from '../models/plan';
import { messageOf, SyncError } from '../syncError';
import { AgreedArchives } from './agreedArchives';
import type { ApplyContext } from './applyContext';
import { backUpRemote } from './backUpRemote';
import { movedFile, type FilesOutcome } from './filesOutcome';
import type { FileStep } from './filesPlan';
import { packUploads, type PackedUpload } from './packUploads';
import { withTransferFolder } from './transferFolder';

/** How often an upload is planned anew because other files on the tenant moved meanwhile. */
const maxRebases = 3;

/**
 * Carries out a `push` plan. Everything is packed before anything is sent; an upload is tied to the manifest where the server
 * judges that, else the manifest is read once more before the first one. After each upload the manifest is read back: what it
 * shows is what was done. What fails after the first upload ends the push with a true report, not with an error.
 */
export async function applyPush(input: ApplyContext): Promise<FilesOutcome> {
  const { state, backups, plan } = input;
  return withTransferFolder(state, 'apply', async (folder) => {
    const run = new PushRun(input, folder);
    if (!plan.remote.conditional) await run.recheck();
    const backup = await backUpRemote(input, run.remaining(), join(folder, 'old'), (item) =>
      run.refuse(item),
    );
    const queue = await run.pack();
    try {
      await run.upload(queue);
      await run.deleteRemote();
    } catch (error) {
      run.endedBy(error);
    }
    if (backup !== undefined) await backups.prune();
    return { ...run.outcome(), ...(backup !== undefined && { backup }) };
  });
}

class PushRun {
  private readonly written = new Map<string, FileStep>();
  private readonly deleted = new Map<string, FileStep>();
  private readonly settled = new Map<string, FileStep>();
  private readonly refused = new Map<string, SkippedItem>();
  private requests = 0;
  private bytesSent = 0;
  private rebases = 0;
  private ifMatch: string | undefined;
  private limitBytes: number;
  private cancelled = false;
  private failure: string | undefined;

  constructor(
    private readonly input: ApplyContext,
    private readonly folder: string,
  ) {
    const { remote } = input.plan;
    this.ifMatch = remote.conditional ? remote.checksum : undefined;
    this.limitBytes = remote.maxBodyBytes;
  }

  outcome(): FilesOutcome {
    const { requests, bytesSent, cancelled, failure } = this;
    return {
      written: [...this.written.values()],
      deleted: [...this.deleted.values()],
      settled: [...this.settled.values()],
      refused: [...this.refused.values()],
      requests,
      bytesSent,
      cancelled,
      ...(failure !== undefined && { failure }),
    };
  }

  refuse(item: SkippedItem): void {
    this.refused.set(item.item, item);
  }

  remaining(): readonly FileStep[] {
    const over = [this.refused, this.written, this.deleted, this.settled];
    return this.input.plan.steps.filter(({ path }) => !over.some((steps) => steps.has(path)));
  }

  /** Refuses what is no longer on the tenant as the plan saw it. */
  async recheck(): Promise<void> {
    const found = checksumsOf(await this.readManifest());
    for (const step of this.remaining()) {
      const now = found.get(step.path);
      if (now === step.expectedDigest) continue;
      // What somebody else has made of it is what we wanted anyway.
      if (now !== undefined && now === step.digest) this.written.set(step.path, step);
      else if (now === undefined && step.action === 'delete') this.deleted.set(step.path, step);
      else
        this.refuse(
          movedFile(step.path, now === undefined ? 'deleted on the tenant' : 'changed on the tenant'),
        );
    }
  }

  async pack(steps = this.remaining().filter(({ action }) => action !== 'delete')): Promise<PackedUpload[]> {
    const { servicesDir, context } = this.input;
    context.progress({ message: 'Packing' });
    const packed = await packUploads(steps, {
      servicesDir,
      limitBytes: this.limitBytes,
      folder: this.folder,
      context,
      refuse: (step, why) => {
        this.refuse(
          why === 'moved' ? movedFile(step.path, 'changed here') : tooLarge(step.path, this.limitBytes),
        );
      },
    });
    return [...packed];
  }

  async upload(queue: PackedUpload[]): Promise<void> {
    const { context, state } = this.input;
    const agreed = new AgreedArchives(state, context);
    for (let next = queue.shift(); next; next = queue.shift()) {
      SyncError.throwIfAborted(context.signal);
      this.tellUpload(0, next, queue);
      try {
        await this.send(next, queue);
        await agreed.keep(next.file);
      } catch (error) {
        const again = await this.packAgain(error, next, queue);
        if (again === undefined) throw error;
        queue.unshift(...again);
        continue;
      } finally {
        await rm(next.file, { force: true });
      }
      await this.readBack(next.steps);
    }
  }

  async deleteRemote(): Promise<void> {
    const { tenant, context } = this.input;
    for (;;) {
      const steps = this.remaining().filter(({ action }) => action === 'delete');
      if (steps.length === 0) return;
      SyncError.throwIfAborted(context.signal);
      this.requests += 1;
      try {
        const paths = steps.map(({ path }) => path);
        await tenant.client.deleteFiles(
          context,
          paths,
          this.ifMatch === undefined ? {} : { ifMatch: this.ifMatch },
        );
      } catch (error) {
        if (!(await this.rebase(error))) throw error;
        continue;
      }
      await this.readBack(steps);
      return;
    }
  }

  /** Nothing done yet: the error itself is the answer. Afterwards the report has to say what was done. */
  endedBy(error: unknown): void {
    const landed = SyncError.is(error) ? error.details?.['landed'] : undefined;
    for (const step of this.remaining()) {
      if (Array.isArray(landed) && landed.includes(step.path)) {
        (step.action === 'delete' ? this.deleted : this.written).set(step.path, step);
      }
    }
    if (this.written.size + this.deleted.size === 0 || !SyncError.is(error)) throw error;
    this.cancelled = error.code === 'cancelled';
    if (!this.cancelled) this.failure = messageOf(error);
  }

  private async send(upload: PackedUpload, queue: readonly PackedUpload[]): Promise<void> {
    const { tenant, context } = this.input;
    const { file, bytes, steps } = upload;
    this.requests += 1;
    this.bytesSent += bytes;
    const body = {
      sizeBytes: bytes,
      open: () =>
        countBytes(createReadStream(file) as AsyncIterable<Uint8Array>, (sent) =>
          this.tellUpload(sent, upload, queue),
        ),
    };
    await tenant.client.uploadFiles(context, body, {
      ifMatch: this.ifMatch,
      expectation: steps.map(({ path, digest }) => ({ path, checksum: digest ?? null })),
    });
  }

  /** Files that have arrived, and packed bytes of this archive and of all that are known to follow it. */
  private tellUpload(sent: number, { bytes }: PackedUpload, queue: readonly PackedUpload[]): void {
    const { plan, context } = this.input;
    const before = this.bytesSent - (sent > 0 ? bytes : 0);
    const total = before + bytes + queue.reduce((sum, upload) => sum + upload.bytes, 0);
    const items = { done: this.written.size, total: plan.steps.length };
    context.progress({ message: 'Uploading', ...items, bytes: { done: before + sent, total } });
  }

  /** What to send instead of an archive that was too large, or that was tied to files that moved; undefined: give up. */
  private async packAgain(
    error: unknown,
    { bytes, steps }: PackedUpload,
    queue: PackedUpload[],
  ): Promise<PackedUpload[] | undefined> {
    if (SyncError.is(error) && error.details?.['reason'] === 'tooLarge') {
      const said = error.details['maxBodyBytes'];
      // A server that does not say how much it takes is asked with half as much.
      const limit = typeof said === 'number' && said < bytes ? said : Math.floor(bytes / 2);
      this.limitBytes = Math.min(this.limitBytes, limit);
      const rest = queue.splice(0);
      for (const { file } of rest) await rm(file, { force: true });
      return this.pack([...steps, ...rest.flatMap((upload) => upload.steps)]);
    }
    if (!(await this.rebase(error))) return undefined;
    const rest = queue.splice(0);
    for (const { file } of rest) await rm(file, { force: true });
    return this.pack();
  }

  /** After a conflict: what has moved is refused, and the rest is tied to the manifest as it is now. */
  private async rebase(error: unknown): Promise<boolean> {
    if (!SyncError.is(error, 'conflict') || this.ifMatch === undefined) return false;
    this.rebases += 1;
    if (this.rebases > maxRebases) return false;
    await this.recheck();
    return true;
  }

  private async readBack(steps: readonly FileStep[]): Promise<void> {
    const found = checksumsOf(await this.readManifest());
    for (const step of steps) {
      if (found.get(step.path) !== step.digest) {
        this.refuse({
          item: step.path,
          kind: 'conflict',
          reason: 'was sent, and the tenant’s manifest does not show it; compare again',
        });
      } else (step.action === 'delete' ? this.deleted : this.written).set(step.path, step);
    }
  }

  private async readManifest(): Promise<FileManifest> {
    const manifest = await this.input.tenant.client.manifest(this.input.context);
    if (manifest.conditional) this.ifMatch = manifest.checksum;
    return manifest;
  }
}

function checksumsOf(manifest: FileManifest): ReadonlyMap<string, string> {
  const checksums = new Map<string, string>();
  for (const { path, checksum } of manifest.files) checksums.set(path, checksum);
  return checksums;
}

function tooLarge(path: string, limitBytes: number): SkippedItem {
  return { item: path, kind: 'invalid', reason: tooLargeReason(limitBytes) };
}

export function tooLargeReason(limitBytes: number): string {
  return `packed it is larger than the ${limitBytes} bytes that the tenant takes at once`;
}
