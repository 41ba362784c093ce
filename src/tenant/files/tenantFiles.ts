import { randomUUID } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { defaultArchiveLimits } from '../../core/files/archive/archiveLimits';
import type { ArchiveLimits } from '../../core/files/archive/archiveLimits';
import { archivePathProblem } from '../../core/files/archive/archivePath';
import type { PathProblem } from '../../core/files/archive/archivePath';
import { printableName, unsafeArchive } from '../../core/files/archive/archiveRule';
import { neverSentReason } from '../../core/files/archive/neverSent';
import { stageArchive } from '../../core/files/archive/stageArchive';
import type { StagedFile } from '../../core/files/archive/stageArchive';
import type { ArchiveEntry } from '../../core/files/archive/tarParser';
import { HttpProblem } from '../httpProblem';
import type { TenantSettings } from '../tenantOptions';
import { applyChanges } from './applyChanges';
import type { Change } from './applyChanges';
import { createArchiveSpool } from './archiveSpool';
import type { SpooledArchive } from './archiveSpool';
import { createConcurrencyLimit, createExclusive } from './exclusive';
import { createPreconditions } from './preconditions';
import type { IfMatch } from './preconditions';
import { createServicesTree } from './servicesTree';
import { filterSnapshot, snapshotKey, snapshotOf } from './snapshot';
import type { Snapshot } from './snapshot';
import type { StateDirectory } from './stateDirectory';
import { createTargetReader, requireNoTwins } from './targets';
import { uploadEntryByEntry } from './uploadEntryByEntry';

/** What has happened since the start; an upload that changed nothing is not counted as applied. */
export interface FileStats {
  readonly uploadsApplied: number;
  readonly filesWritten: number;
  readonly filesDeleted: number;
}

export interface UploadOutcome {
  /** What the archive holds. */
  readonly offered: readonly StagedFile[];
  readonly written: readonly string[];
  readonly unchanged: readonly string[];
  readonly backup?: string;
  readonly after: Snapshot;
}

export interface DeleteOutcome {
  readonly deleted: readonly string[];
  /** Named, but not there (any more). */
  readonly missing: readonly string[];
  readonly backup?: string;
  readonly after: Snapshot;
}

export interface WriteRequest {
  readonly ifMatch: IfMatch;
  readonly dryRun: boolean;
}

export interface TenantFiles {
  snapshot(): Promise<Snapshot>;
  archive(filter: ReadonlySet<string> | undefined): Promise<SpooledArchive>;
  /** All or nothing. */
  upload(body: AsyncIterable<Uint8Array>, request: WriteRequest): Promise<UploadOutcome>;
  /** As 0.12 does it; the number of entries written. */
  uploadEntryByEntry(body: AsyncIterable<Uint8Array>): Promise<number>;
  remove(paths: readonly string[], request: WriteRequest): Promise<DeleteOutcome>;
  stats(): FileStats;
}

/** Unpacking needs memory and descriptors for each upload at work; the others wait in their sockets. */
const uploadsAtOnce = 32;

/**
 * The served files: one apply at a time, and readers see the state before it or after it.
 */
export function createTenantFiles(settings: TenantSettings, state: StateDirectory): TenantFiles {
  const { servicesDir, directories } = settings;
  const tree = createServicesTree(settings);
  const spool = createArchiveSpool(servicesDir, state.spool);
  const preconditions = createPreconditions();
  const exclusive = createExclusive();
  const staging = createConcurrencyLimit(uploadsAtOnce);
  const limits: ArchiveLimits = { ...defaultArchiveLimits, maxTotalBytes: settings.maxUnpackedBytes };
  const place = { servicesDir, state, keepBackups: settings.keepBackups, now: settings.now };
  const stats = { uploadsApplied: 0, filesWritten: 0, filesDeleted: 0 };
  let last: { snapshot: Snapshot; key: string } | undefined;
  let reading: Promise<Snapshot> | undefined;

  /** Only under the lock. An unchanged state is the same object again, so that its JSON is built once. */
  const readNow = async (): Promise<Snapshot> => {
    await requireServices(servicesDir);
    const snapshot = snapshotOf(await tree.read(), new Date(settings.now()).toISOString());
    const key = snapshotKey(snapshot);
    if (last?.key !== key) last = { snapshot, key };
    return last.snapshot;
  };

  /** What a client gets to see it may name in a precondition. */
  const readAndRemember = async (): Promise<Snapshot> => {
    const snapshot = await readNow();
    preconditions.remember(snapshot);
    return snapshot;
  };

  /** Callers that come while a reading waits or runs share it: no apply can have ended since it began. */
  const snapshot = (): Promise<Snapshot> => {
    reading ??= exclusive(readAndRemember).finally(() => (reading = undefined));
    return reading;
  };

  const applyUpload = async (files: readonly StagedFile[], request: WriteRequest): Promise<UploadOutcome> => {
    const before = await readNow();
    preconditions.require(request.ifMatch, before);
    const paths = files.map((file) => file.path);
    requireNoTwins(before.files, paths);
    const changes: Change[] = [];
    const unchanged: string[] = [];
    const readTarget = createTargetReader(servicesDir, before.files);
    for (const file of files) {
      const target = await readTarget(file.path);
      if (target.kind === 'file' && target.checksum === file.sha256) unchanged.push(file.path);
      else changes.push({ path: file.path, staged: file, target });
    }
    const written = changes.map((change) => change.path);
    if (request.dryRun) return { offered: files, written, unchanged, after: before };
    await state.lock.assertHeld();
    const backup = await applyChanges('upload', changes, place);
    if (written.length > 0) stats.uploadsApplied += 1;
    stats.filesWritten += written.length;
    const after = await readAndRemember();
    return { offered: files, written, unchanged, after, ...(backup === undefined ? {} : { backup }) };
  };

  const applyRemoval = async (paths: readonly string[], request: WriteRequest): Promise<DeleteOutcome> => {
    const before = await readNow();
    preconditions.require(request.ifMatch, before);
    const changes: Change[] = [];
    const missing: string[] = [];
    const readTarget = createTargetReader(servicesDir, before.files);
    for (const path of paths) {
      const target = await readTarget(path);
      if (target.kind === 'file') changes.push({ path, target });
      else missing.push(path);
    }
    const deleted = changes.map((change) => change.path);
    if (request.dryRun) return { deleted, missing, after: before };
    await state.lock.assertHeld();
    const backup = await applyChanges('delete', changes, place);
    stats.filesDeleted += deleted.length;
    return { deleted, missing, after: await readAndRemember(), ...(backup === undefined ? {} : { backup }) };
  };

  return {
    snapshot,
    async archive(filter) {
      const known = spool.find(filterSnapshot(await snapshot(), filter));
      return known ?? exclusive(async () => spool.pack(filterSnapshot(await readNow(), filter)));
    },
    upload: (body, request) =>
      staging(async () => {
        const directory = join(state.staging, randomUUID());
        const check = (entry: ArchiveEntry): void => {
          const refusal = refusalOf(entry.path, entry.kind, directories);
          if (refusal !== undefined) throw unsafeArchive(refusal.rule, refusal.reason, entry.path);
        };
        const staged = await stageArchive(body, { directory, limits, check });
        try {
          return await exclusive(() => applyUpload(staged.files, request));
        } finally {
          await rm(directory, { recursive: true, force: true });
        }
      }),
    uploadEntryByEntry: (body) =>
      exclusive(async () => {
        await state.lock.assertHeld();
        const written = await uploadEntryByEntry(body, servicesDir, directories, limits);
        stats.uploadsApplied += 1;
        stats.filesWritten += written;
        return written;
      }),
    async remove(paths, request) {
      const named = [...new Set(paths)];
      for (const path of named) {
        const refusal = archivePathProblem(path, limits) ?? refusalOf(path, 'file', directories);
        if (refusal === undefined) continue;
        const details = { rule: refusal.rule, path: printableName(path) };
        throw new HttpProblem('validation_error', `This path cannot be deleted: ${refusal.reason}.`, {
          details,
        });
      }
      return exclusive(() => applyRemoval(named, request));
    },
    stats: () => ({ ...stats }),
  };
}

/** Why a path is not for this endpoint to write or delete. */
function refusalOf(
  path: string,
  kind: 'file' | 'directory',
  directories: readonly string[],
): PathProblem | undefined {
  const [top = '', below] = path.split('/', 2);
  if (!directories.includes(top) || (kind === 'file' && below === undefined)) {
    return { rule: 'directory', reason: `it is not inside a served directory (${directories.join(', ')})` };
  }
  const secret = neverSentReason(path);
  return secret === undefined
    ? undefined
    : { rule: 'secret', reason: `it holds ${secret}, which never travels` };
}

async function requireServices(servicesDir: string): Promise<void> {
  const found = await stat(servicesDir).catch(() => undefined);
  if (found?.isDirectory() !== true) {
    throw new HttpProblem('internal_error', 'The services directory is missing on the server.');
  }
}
