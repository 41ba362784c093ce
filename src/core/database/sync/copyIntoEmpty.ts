import { sha256 } from '../../digest';
import type { RunContext } from '../../ports';
import { SyncError } from '../../syncError';
import type { Database } from '../connection';
import { pipeTaggedRows } from '../copyStreams';
import { AgreedRows, agreedRecordOfHash, bucketOf } from './agreedRows';
import type { DatabasePlan } from './databasePlan';
import { isEveryRowNew } from './decideAtSource';
import type { BaseUpdate, BaseUpdates, PairBase } from './pairBase';
import { digestColumns, tablePairs, type DatabasePair, type TablePair } from './pairColumns';
import { columnsText } from './prepareImport';
import { keyHashSql, rowDigestSql, travelsSql } from './rowSql';
import { quoteName } from './sqlText';
import type { OpenSides } from './syncSides';
import { syncTables, type HomeKind, type SyncArea } from './syncTables';

interface CopyInput {
  readonly plan: DatabasePlan;
  readonly sides: OpenSides;
  readonly base: PairBase | undefined;
  readonly context: RunContext;
}

export interface CopiedRows {
  /** Rows written, by the server's word. */
  readonly created: Readonly<Record<SyncArea, number>>;
  readonly base: BaseUpdates;
}

/** Bounds the digests that are kept here until the plan is compared with them. */
const mostRows = 250_000;
const savepoint = 'sync_copy';
const keyHashBytes = 8;
const digestBytes = 32;

/**
 * The short way into a target that has nothing, and that keeps a row as it gets it: the source's rows go straight into the
 * tables. Each comes with its digest, which stays here: that is compared with what the plan saw, and becomes the base.
 *
 * @param input of a target that is empty in this transaction's snapshot
 * @returns undefined, and nothing is changed, where rows have to be staged and decided about one by one
 */
export async function copyIntoEmpty(input: CopyInput): Promise<CopiedRows | undefined> {
  const { plan, sides, context } = input;
  const { source, target, pair, asked } = sides;
  if (source.kind !== 'database' || !isPlannedWhole(input)) return undefined;
  if (!(await keepsRowsAsTheyAre(target, pair))) return undefined;
  await target.query(`SAVEPOINT ${savepoint}`);
  let moved = 0;
  const total = plan.areas.users.created + plan.areas.contexts.created;
  const onRows = (rows: number) => {
    moved += rows;
    context.progress({ message: 'Moving rows', done: moved, total });
  };
  const users = await copyTable(source.db, target, pair, pair.users, asked, onRows);
  SyncError.throwIfAborted(context.signal);
  const contexts = await copyTable(source.db, target, pair, pair.contexts, asked, onRows);
  if (!isAsPlanned(plan, 'users', users) || !isAsPlanned(plan, 'contexts', contexts)) {
    await target.query(`ROLLBACK TO SAVEPOINT ${savepoint}`);
    return undefined;
  }
  return {
    created: { users: users.created, contexts: contexts.created },
    base: { users: users.base, contexts: contexts.base },
  };
}

/** True for a plan of new rows only, and not too many of them. */
function isPlannedWhole({ plan, sides, base }: CopyInput): boolean {
  const areas = syncTables.map(({ area }) => plan.areas[area]);
  const created = areas.reduce((sum, area) => sum + area.created, 0);
  return (
    created > 0 &&
    created <= mostRows &&
    areas.every(({ updated, unchanged, skipped }) => updated + unchanged + skipped === 0) &&
    isEveryRowNew(sides.pair, base)
  );
}

/**
 * True where an inserted row is the row that was sent: no trigger, rule or policy of the tables looks at it, and no session
 * exists that a link could be kept for.
 */
async function keepsRowsAsTheyAre(target: Database, pair: DatabasePair): Promise<boolean> {
  const sessions = pair.targetHasSessions ? 'EXISTS (SELECT 1 FROM user_sessions)' : 'false';
  const { rows } = await target.query<{ keeps: boolean }>(
    `SELECT NOT ${sessions} AND bool_and(c.relkind = 'r' AND NOT c.relhasrules AND NOT c.relrowsecurity
              AND NOT EXISTS (SELECT 1 FROM pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal AND g.tgtype & 4 = 4)) AS keeps
       FROM pg_class c WHERE c.oid = ANY($1::regclass[])`,
    [tablePairs(pair).map(({ table }) => table.name)],
  );
  return rows[0]?.keeps === true;
}

interface CopiedTable {
  readonly created: number;
  /** As in `AreaPlan.seen`. */
  readonly seen: ReadonlyMap<number, string>;
  readonly base: BaseUpdate;
}

async function copyTable(
  source: Database,
  target: Database,
  databases: DatabasePair,
  pair: TablePair,
  asked: ReadonlySet<HomeKind>,
  onRows: (rows: number) => void,
): Promise<CopiedTable> {
  const { name, key } = pair.table;
  const names = pair.shared.map((column) => quoteName(column.name));
  const values = pair.shared.map((column) =>
    column.name === 'session_id' ? 'NULL' : `t.${quoteName(column.name)}`,
  );
  const tag = `encode(${keyHashSql(`t.${key}`)} || ${rowDigestSql('t', digestColumns(pair))}, 'hex')`;
  const query = `SELECT ${[...values, tag].join(', ')} FROM ${name} t
                  WHERE ${travelsSql(pair.table, databases.users.sourceColumns, asked)}`;
  const rows = new AgreedRows();
  const digests = new Map<number, Buffer[]>();
  const tagLength = (keyHashBytes + digestBytes) * 2;
  const created = await pipeTaggedRows(source, query, target, `${name} (${names.join(', ')})`, {
    tagLength,
    onTags(tags) {
      for (const hex of tags) {
        rows.add(agreedRecordOfHash(hex, hex.slice(keyHashBytes * 2)));
        const bytes = Buffer.from(hex, 'hex');
        const [bucket, digest] = [bucketOf(bytes), bytes.subarray(keyHashBytes)];
        const group = digests.get(bucket);
        if (group) group.push(digest);
        else digests.set(bucket, [digest]);
      }
      onRows(tags.length);
    },
  });
  const agreed = new Map<number, string>();
  const seen = new Map<number, string>();
  for (const [bucket, group] of digests) {
    agreed.set(bucket, groupDigest(group));
    seen.set(bucket, groupDigest(group.map(seenOf)));
  }
  return { created, seen, base: { columns: columnsText(pair), rows, agreed, complete: new Set() } };
}

/** As `groupDigestSql`. */
function groupDigest(digests: readonly Buffer[]): string {
  const sorted = [...digests].sort((left, right) => left.compare(right));
  return sha256(Buffer.concat(sorted)).slice(0, 32);
}

/** As `seenSql` of a row that is created. */
function seenOf(digest: Buffer): Buffer {
  return Buffer.from(sha256(Buffer.concat([digest, Buffer.from('create')])), 'hex');
}

function isAsPlanned(plan: DatabasePlan, area: SyncArea, { created, seen }: CopiedTable): boolean {
  const planned = plan.areas[area];
  return (
    created === planned.created &&
    seen.size === Object.keys(planned.seen).length &&
    [...seen].every(([bucket, digest]) => planned.seen[String(bucket)] === digest)
  );
}
