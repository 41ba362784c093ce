import type { Database } from '../connection';
import type { DatabasePlan } from './databasePlan';
import { seenTextSql } from './decideRows';
import { seenByBucket } from './readDecisions';
import { decidedTable } from './stagingTables';
import type { SyncTable } from './syncTables';

/**
 * Compares what is decided now with what the plan saw, and takes out of it what has moved since: such a row is left, nothing
 * is guessed. Where the plan names its rows that is said row by row, else group by group.
 *
 * @returns keys of planned rows about which nothing was decided any more, and whether anything was refused
 */
export async function refuseMoved(
  target: Database,
  plan: DatabasePlan,
  table: SyncTable,
): Promise<{ readonly settled: readonly string[]; readonly any: boolean }> {
  const now = await seenByBucket(target, table);
  const planned = plan.areas[table.area].seen;
  const buckets = [...new Set([...Object.keys(now), ...Object.keys(planned)])].filter(
    (bucket) => now[bucket] !== planned[bucket],
  );
  if (buckets.length === 0) return { settled: [], any: false };
  const steps = plan.truncated ? [] : plan.steps.filter(({ area }) => area === table.area);
  const keys = steps.map(({ key }) => key);
  await target.query(
    `UPDATE ${decidedTable(table)} d SET verdict = 'moved'
      WHERE d.verdict IN ('create', 'update') AND d.bucket = ANY($1::int[])
        AND NOT EXISTS (SELECT 1 FROM unnest($2::text[], $3::text[]) AS p(key, seen) WHERE p.key = d.key AND p.seen = ${seenTextSql('d')})`,
    [buckets.map(Number), keys, steps.map(({ seen }) => seen)],
  );
  const { rows } = await target.query<{ key: string }>(
    `SELECT p.key FROM unnest($1::text[]) AS p(key)
      WHERE NOT EXISTS (SELECT 1 FROM ${decidedTable(table)} d WHERE d.key = p.key)`,
    [keys],
  );
  return { settled: rows.map(({ key }) => key), any: true };
}
