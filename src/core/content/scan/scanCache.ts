import * as z from 'zod/mini';
import { netstrings, sha256 } from '../../digest';
import type { ScannedFile } from '../../models/content';
import { SyncError } from '../../syncError';
import type { StateDirectory } from '../../state/stateDirectory';
import type { SourceGroup } from '../config/contentConfig';
import type { FileStamp } from '../../disk/readRegularFile';
import type { SourceScan } from './sourceScan';

/** What a file was, by path, when it was last parsed: a file with the same stamp is not read again. */
export interface ScanCache {
  find(path: string, stamp: FileStamp): ScannedFile | undefined;
  keep(path: string, stamp: FileStamp, file: ScannedFile): void;
  /** The whole result of the last scan, when this one has met the same files, all of them unchanged. */
  unchanged(filesMet: number): SourceScan | undefined;
  remember(scan: SourceScan, filesMet: number): void;
}

/** path, size, mtimeMs, inode, slug, locale, digest, fileDigest, title: short, because there may be fifty thousand. */
type Stored = readonly [string, number, number, number, string, string, string, string, string];

function isStored(value: unknown): value is Stored {
  return (
    Array.isArray(value) &&
    value.length === 9 &&
    value.every((part, index) => typeof part === (index >= 1 && index <= 3 ? 'number' : 'string'))
  );
}

const schema = z.object({ format: z.literal(1), signature: z.string(), files: z.array(z.unknown()) });

interface Entry {
  stamp: FileStamp;
  file: ScannedFile;
  /** Number of the scan that met the file last. */
  scan: number;
}

/**
 * A file that changed so shortly before it was read may change again within the same time stamp; its entry is not
 * believed later.
 */
const racyMs = 2_000;

/**
 * The scan results of one source, kept in memory between scans and under `cache/` between runs. The file is written only
 * where state exists already: comparing a project must not leave anything in it. A cache that cannot be read is empty.
 */
export class SourceScanCache implements ScanCache {
  private scan = 0;
  private met = 0;
  private misses = 0;
  private startedMs = 0;
  private changed = false;
  private last: { readonly scan: SourceScan; readonly files: number } | undefined;

  private constructor(
    private readonly state: StateDirectory,
    private readonly group: SourceGroup,
    private readonly entries: Map<string, Entry>,
  ) {}

  static async open(state: StateDirectory, group: SourceGroup): Promise<SourceScanCache> {
    return new SourceScanCache(state, group, await load(state, group));
  }

  /** True while the group's settings are those that the kept results depend on. */
  fits(group: SourceGroup): boolean {
    return signatureOf(group) === signatureOf(this.group);
  }

  /** @param nowMs milliseconds since the epoch */
  startScan(nowMs: number): void {
    this.scan += 1;
    this.met = 0;
    this.misses = 0;
    this.startedMs = nowMs;
  }

  find(path: string, stamp: FileStamp): ScannedFile | undefined {
    const entry = this.entries.get(path);
    if (!entry || !sameStamp(entry.stamp, stamp)) return undefined;
    entry.scan = this.scan;
    this.met += 1;
    return entry.file;
  }

  keep(path: string, stamp: FileStamp, file: ScannedFile): void {
    this.misses += 1;
    if (stamp.mtimeMs > this.startedMs - racyMs) return;
    this.entries.set(path, { stamp, file, scan: this.scan });
    this.met += 1;
    this.changed = true;
  }

  unchanged(filesMet: number): SourceScan | undefined {
    const same = this.met === filesMet && this.met === this.entries.size && this.last?.files === filesMet;
    return same && this.misses === 0 ? this.last?.scan : undefined;
  }

  remember(scan: SourceScan, files: number): void {
    this.last = { scan, files };
  }

  /** Forgets the files that the scan did not meet, and writes what is new. @throws SyncError `io` */
  async finishScan(): Promise<void> {
    if (this.met !== this.entries.size) {
      for (const [path, { scan }] of this.entries) if (scan !== this.scan) this.entries.delete(path);
      this.changed = true;
    }
    if (!this.changed || !(await this.state.fileSystem.lstat(this.state.path()))) return;
    const files = [...this.entries].map(([path, { stamp, file }]): Stored => [
      path,
      stamp.size,
      stamp.mtimeMs,
      stamp.inode,
      file.slug,
      file.locale,
      file.digest,
      file.fileDigest,
      file.title,
    ]);
    await this.state.writeJson(cacheFile(this.group), {
      format: 1,
      signature: signatureOf(this.group),
      files,
    });
    this.changed = false;
  }
}

/** Nothing where there is no cache, or none that can be used. */
async function load(state: StateDirectory, group: SourceGroup): Promise<Map<string, Entry>> {
  const { sourceId } = group;
  const entries = new Map<string, Entry>();
  try {
    const kept = await state.readList(cacheFile(group), schema, 'files', isStored);
    if (kept?.head.signature !== signatureOf(group)) return entries;
    for (const [path, size, mtimeMs, inode, slug, locale, digest, fileDigest, title] of kept.entries) {
      const file = { sourceId, locale, slug, digest, path, fileDigest, title };
      entries.set(path, { stamp: { size, mtimeMs, inode }, file, scan: 0 });
    }
    return entries;
  } catch (error) {
    if (SyncError.is(error)) return new Map();
    throw error;
  }
}

function cacheFile({ sourceId }: SourceGroup): string {
  return `cache/content-${sha256(sourceId).slice(0, 16)}.json`;
}

function sameStamp(left: FileStamp, right: FileStamp): boolean {
  return left.mtimeMs === right.mtimeMs && left.size === right.size && left.inode === right.inode;
}

/** What a file's result depends on beside its bytes. Raise the number when the reading of files changes. */
function signatureOf({ sourceId, members }: SourceGroup): string {
  const parts = members.flatMap(({ name, path, categoryId, allowedKinds, defaultAuthor }) => [
    name,
    path,
    categoryId,
    allowedKinds === undefined ? null : netstrings(allowedKinds),
    defaultAuthor ?? null,
  ]);
  return sha256(netstrings(['3', sourceId, ...parts]));
}
