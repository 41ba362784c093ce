import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { netstrings, sha256 } from '../../digest';
import { ioError } from '../../state/ioReason';
import type { ProjectLock } from '../../state/projectLock';
import type { StateDirectory } from '../../state/stateDirectory';
import { errnoOf, SyncError } from '../../syncError';
import { recordBytes, type AgreedRows } from './agreedRows';
import { bucketCount } from './rowSql';
import type { SyncArea } from './syncTables';

/** What the two databases last agreed on about a table (design.md rule 2). */
export interface TableBase {
  /** The columns behind the digests, as one text: with other columns the digests say nothing. */
  readonly columns: string;
  /** Digest of each group that was the same on both sides and is recorded whole; '' for the others. */
  readonly agreed: readonly string[];
  /** By group: records of `recordBytes`. */
  readonly groups: readonly Buffer[];
}

export type PairBase = Readonly<Record<SyncArea, TableBase>>;

export interface BaseUpdate {
  readonly columns: string;
  readonly rows: AgreedRows;
  /** Groups that are the same on both sides now, by the servers' word. */
  readonly agreed: ReadonlyMap<number, string>;
  /** Groups of which `rows` holds every row: what the base knew beside them is on neither side any more. */
  readonly complete: ReadonlySet<number>;
}

const tableHeader = z.object({
  columns: z.string(),
  agreed: z.array(z.string()).check(z.length(bucketCount)),
  counts: z.array(z.int().check(z.nonnegative())).check(z.length(bucketCount)),
});
const headerSchema = z.object({
  format: z.literal(1),
  domain: z.literal('database'),
  pair: z.string(),
  users: tableHeader,
  contexts: tableHeader,
});

/**
 * The base of a pair of databases: one line of JSON, then binary records, so that a million rows fit without an object each.
 * Like every base it may be deleted at any time.
 *
 * @param pair identities of the local and the cloud database, without secrets
 * @returns undefined when there is none: then nobody can say which side changed
 * @throws SyncError `stateCorrupted`, `io`
 */
export async function readPairBase(state: StateDirectory, pair: string): Promise<PairBase | undefined> {
  const file = baseFile(pair);
  const bytes = await readIfThere(state, file);
  if (bytes === undefined) return undefined;
  try {
    const end = bytes.indexOf(10);
    const header = z.parse(headerSchema, JSON.parse(bytes.toString('utf8', 0, Math.max(0, end))));
    if (header.pair !== pair) throw new Error('it belongs to another pair of databases');
    const userBytes = sum(header.users.counts) * recordBytes;
    const contextBytes = sum(header.contexts.counts) * recordBytes;
    if (bytes.length !== end + 1 + userBytes + contextBytes) throw new Error('its length is wrong');
    const records = bytes.subarray(end + 1);
    return {
      users: tableBase(header.users, records.subarray(0, userBytes)),
      contexts: tableBase(header.contexts, records.subarray(userBytes)),
    };
  } catch (cause) {
    throw new SyncError('stateCorrupted', `The state file .systemprompt/sync/${file} cannot be understood.`, {
      hint: 'It is damaged, or of another version. It may be deleted: then it is built anew.',
      details: { file },
      cause,
    });
  }
}

/**
 * Replaces the base as a whole. Only the holder of the lock may.
 * @throws SyncError `locked` when another process has taken the lock over, `io`
 */
export async function writePairBase(
  state: StateDirectory,
  lock: ProjectLock,
  pair: string,
  base: PairBase,
): Promise<void> {
  const header = {
    format: 1,
    domain: 'database',
    pair,
    users: headerOf(base.users),
    contexts: headerOf(base.contexts),
  } satisfies z.output<typeof headerSchema>;
  const target = state.path(baseFile(pair));
  const temporary = join(await state.ensure('tmp'), `${randomUUID()}.tmp`);
  await state.ensure('base');
  await lock.assertHeld();
  try {
    await state.fileSystem.createFile(temporary, Buffer.from(`${JSON.stringify(header)}\n`), 0o600);
    for (const { groups } of [base.users, base.contexts]) {
      for (const piece of inPieces(groups)) await state.fileSystem.appendFile(temporary, piece);
    }
    await state.fileSystem.syncFile(temporary);
    await state.fileSystem.rename(temporary, target);
    await state.fileSystem.syncDirectory(dirname(target));
  } catch (error) {
    await state.fileSystem.unlink(temporary).catch(() => undefined);
    throw ioError(`Could not write ${target}`, error);
  }
}

/** Pieces of some megabytes: the whole is never in memory a second time. */
function* inPieces(groups: readonly Buffer[]): Generator<Buffer> {
  const groupsPerPiece = 64;
  for (let start = 0; start < groups.length; start += groupsPerPiece) {
    yield Buffer.concat(groups.slice(start, start + groupsPerPiece));
  }
}

/** The records of one group. */
export function recordsOf(base: TableBase, bucket: number): Buffer {
  return base.groups[bucket] ?? Buffer.alloc(0);
}

/** The base after an apply: new rows replace those of the same key, everything else stays. Pure. */
export function nextTableBase(
  before: TableBase | undefined,
  { columns, rows, agreed, complete }: BaseUpdate,
): TableBase {
  const kept = before?.columns === columns ? before : undefined;
  const fresh = rows.byGroup();
  const digests = fresh.map((added, bucket) => {
    const untouched = added.length === 0 ? kept?.agreed[bucket] : undefined;
    return agreed.get(bucket) ?? untouched ?? '';
  });
  const groups = fresh.map((added, bucket) => {
    const old = kept && !complete.has(bucket) ? recordsOf(kept, bucket) : undefined;
    return old && old.length > 0 ? merged(old, added) : added;
  });
  return { columns, agreed: digests, groups };
}

function merged(old: Buffer, fresh: Buffer): Buffer {
  if (fresh.length === 0) return old;
  const renewed = new Set<bigint>();
  for (let at = 0; at < fresh.length; at += recordBytes) renewed.add(fresh.readBigUInt64BE(at));
  const parts = [fresh];
  for (let at = 0; at < old.length; at += recordBytes) {
    if (!renewed.has(old.readBigUInt64BE(at))) parts.push(old.subarray(at, at + recordBytes));
  }
  return parts.length === 1 ? fresh : Buffer.concat(parts);
}

function tableBase({ columns, agreed, counts }: z.output<typeof tableHeader>, records: Buffer): TableBase {
  let end = 0;
  const groups = counts.map((count) => {
    const start = end;
    end += count * recordBytes;
    return records.subarray(start, end);
  });
  return { columns, agreed, groups };
}

function headerOf({ columns, agreed, groups }: TableBase): z.output<typeof tableHeader> {
  return { columns, agreed: [...agreed], counts: groups.map(({ length }) => length / recordBytes) };
}

async function readIfThere(state: StateDirectory, file: string): Promise<Buffer | undefined> {
  const path = state.path(file);
  try {
    return await state.fileSystem.readFile(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw ioError(`Could not read ${path}`, error);
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

function baseFile(pair: string): string {
  const slug = `database-${pair}`
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .slice(0, 60);
  return `base/${slug}-${sha256(netstrings(['database', pair])).slice(0, 12)}.bin`;
}
