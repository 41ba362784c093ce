import { randomUUID } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { netstrings, sha256 } from '../../digest';
import { ioError } from '../../state/ioReason';
import type { ProjectLock } from '../../state/projectLock';
import type { StateDirectory } from '../../state/stateDirectory';
import { errnoOf, SyncError } from '../../syncError';
import { recordBytes, type AgreedRows } from './agreedRows';
import { bucketCount } from './rowSql';
import { syncTables, type SyncArea } from './syncTables';

/** What the two databases last agreed on about a table (design.md rule 2). */
export interface TableBase {
  /** The columns behind the digests, as one text: with other columns the digests say nothing. */
  readonly columns: string;
  /** Digest of each group that was the same on both sides and is recorded whole; '' for the others. */
  readonly agreed: readonly string[];
  /** Rows recorded of each group. */
  readonly counts: readonly number[];
}

/** Stays on disk: with a million rows only the groups that are asked for are read. */
export interface PairBase {
  readonly tables: Readonly<Record<SyncArea, TableBase>>;
  /** The records of a group, `recordBytes` each. @throws SyncError `io` */
  read(area: SyncArea, bucket: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** What an import has learnt about a table. */
export interface BaseUpdate {
  readonly columns: string;
  readonly rows: AgreedRows;
  /** Groups that are the same on both sides now, by the servers' word. */
  readonly agreed: ReadonlyMap<number, string>;
  /** Groups of which `rows` holds every row: what the base knew beside them is on neither side any more. */
  readonly complete: ReadonlySet<number>;
}

export type BaseUpdates = Readonly<Record<SyncArea, BaseUpdate>>;

const groups = <T extends z.core.SomeType>(item: T) => z.array(item).check(z.length(bucketCount));
const tableSchema = z.object({
  columns: z.string(),
  agreed: groups(z.string()),
  counts: groups(z.int().check(z.nonnegative())),
});
const footerSchema = z.object({
  format: z.literal(1),
  domain: z.literal('database'),
  pair: z.string(),
  users: tableSchema,
  contexts: tableSchema,
});
/** Ends the file: the length of the JSON before it, in decimal digits. */
const trailerBytes = 12;

/**
 * The base of a pair of databases: binary records, then one JSON document that says what they are. Like every base it may be
 * deleted at any time.
 *
 * @param pair identities of the local and the cloud database, without secrets
 * @returns undefined when there is none: then nobody can say which side changed
 * @throws SyncError `stateCorrupted`, `io`
 */
export async function openPairBase(state: StateDirectory, pair: string): Promise<PairBase | undefined> {
  const file = baseFile(pair);
  const handle = await openIfThere(state.path(file));
  if (!handle) return undefined;
  try {
    const tables = await readFooter(handle, pair);
    return {
      tables,
      read: (area, bucket) => readGroup(handle, tables, area, bucket),
      close: () => handle.close(),
    };
  } catch (cause) {
    await handle.close();
    throw new SyncError('stateCorrupted', `The state file .systemprompt/sync/${file} cannot be understood.`, {
      hint: 'It is damaged, or of another version. It may be deleted: then it is built anew.',
      details: { file },
      cause,
    });
  }
}

/**
 * Replaces the base as a whole, group by group: new rows replace those of the same key, everything else stays. Only the holder
 * of the lock may. Closes `before`.
 * @throws SyncError `locked` when another process has taken the lock over, `io`
 */
export async function writePairBase(
  state: StateDirectory,
  lock: ProjectLock,
  pair: string,
  before: PairBase | undefined,
  updates: BaseUpdates,
): Promise<void> {
  const target = state.path(baseFile(pair));
  const temporary = join(await state.ensure('tmp'), `${randomUUID()}.tmp`);
  await state.ensure('base');
  const { fileSystem } = state;
  try {
    await fileSystem.createFile(temporary, Buffer.alloc(0), 0o600);
    const users = await appendTable(state, temporary, before, 'users', updates.users);
    const contexts = await appendTable(state, temporary, before, 'contexts', updates.contexts);
    const footer = { format: 1, domain: 'database', pair, users, contexts } satisfies z.output<
      typeof footerSchema
    >;
    const json = Buffer.from(JSON.stringify(footer));
    const trailer = Buffer.from(String(json.length).padStart(trailerBytes, '0'));
    await fileSystem.appendFile(temporary, Buffer.concat([json, trailer]));
    await fileSystem.syncFile(temporary);
    // Some systems do not replace a file that is open.
    await before?.close();
    await lock.assertHeld();
    await fileSystem.rename(temporary, target);
    await fileSystem.syncDirectory(dirname(target));
  } catch (error) {
    await fileSystem.unlink(temporary).catch(() => undefined);
    throw errnoOf(error) === undefined ? error : ioError(`Could not write ${target}`, error);
  }
}

/** Groups are written some at a time: neither one by one nor all at once. */
const groupsPerWrite = 64;

async function appendTable(
  { fileSystem }: StateDirectory,
  file: string,
  before: PairBase | undefined,
  area: SyncArea,
  { columns, rows, agreed, complete }: BaseUpdate,
): Promise<z.output<typeof tableSchema>> {
  const kept = before?.tables[area].columns === columns ? before : undefined;
  const counts: number[] = [];
  const digests: string[] = [];
  let pieces: Buffer[] = [];
  for (let bucket = 0; bucket < bucketCount; bucket += 1) {
    const fresh = rows.recordsIn(bucket);
    const old = kept && !complete.has(bucket) ? await kept.read(area, bucket) : undefined;
    const records = old ? merged(old, fresh) : fresh;
    const untouched = fresh.length === 0 ? kept?.tables[area].agreed[bucket] : undefined;
    counts.push(records.length / recordBytes);
    digests.push(agreed.get(bucket) ?? untouched ?? '');
    pieces.push(records);
    if (pieces.length === groupsPerWrite) {
      await fileSystem.appendFile(file, Buffer.concat(pieces));
      pieces = [];
    }
  }
  if (pieces.length > 0) await fileSystem.appendFile(file, Buffer.concat(pieces));
  return { columns, agreed: digests, counts };
}

function merged(old: Buffer, fresh: Buffer): Buffer {
  if (fresh.length === 0) return old;
  const renewed = new Set<bigint>();
  for (let at = 0; at < fresh.length; at += recordBytes) renewed.add(fresh.readBigUInt64BE(at));
  const parts = [fresh];
  for (let at = 0; at < old.length; at += recordBytes) {
    if (!renewed.has(old.readBigUInt64BE(at))) parts.push(old.subarray(at, at + recordBytes));
  }
  return Buffer.concat(parts);
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw ioError(`Could not read ${path}`, error);
  }
}

async function readFooter(handle: FileHandle, pair: string): Promise<PairBase['tables']> {
  const { size } = await handle.stat();
  const trailer = await readAt(handle, size - trailerBytes, trailerBytes);
  const length = Number(trailer.toString('latin1'));
  const end = size - trailerBytes;
  if (!Number.isInteger(length) || length <= 0 || length > end) throw new Error('its end is missing');
  const footer = z.parse(
    footerSchema,
    JSON.parse((await readAt(handle, end - length, length)).toString('utf8')),
  );
  if (footer.pair !== pair) throw new Error('it belongs to another pair of databases');
  const rows = rowsOf(footer.users) + rowsOf(footer.contexts);
  if (rows * recordBytes !== end - length) throw new Error('its length is wrong');
  return { users: footer.users, contexts: footer.contexts };
}

async function readGroup(
  handle: FileHandle,
  tables: PairBase['tables'],
  area: SyncArea,
  bucket: number,
): Promise<Buffer> {
  let start = 0;
  for (const { area: table } of syncTables) {
    if (table === area) break;
    start += rowsOf(tables[table]);
  }
  const { counts } = tables[area];
  for (let earlier = 0; earlier < bucket; earlier += 1) start += counts[earlier] ?? 0;
  try {
    return await readAt(handle, start * recordBytes, (counts[bucket] ?? 0) * recordBytes);
  } catch (error) {
    throw ioError('Could not read the base of the two databases', error);
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  if (length === 0) return bytes;
  if (position < 0) throw new Error('it is too short');
  const { bytesRead } = await handle.read(bytes, 0, length, position);
  if (bytesRead !== length) throw new Error('it is too short');
  return bytes;
}

function rowsOf({ counts }: TableBase): number {
  return counts.reduce((total, count) => total + count, 0);
}

function baseFile(pair: string): string {
  const slug = `database-${pair}`
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .slice(0, 60);
  return `base/${slug}-${sha256(netstrings(['database', pair])).slice(0, 12)}.bin`;
}
