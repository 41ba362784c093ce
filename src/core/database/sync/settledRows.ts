import type { LeftRow } from './databasePlan';
import type { OpenSides } from './syncSides';
import type { SyncTable } from './syncTables';
import { reasonOf } from './verdicts';

/**
 * What became of rows that the plan was to write and that do not differ any more: the same on both sides by now (somebody
 * else was faster), or gone from the source.
 */
export async function settledRows(
  { source }: OpenSides,
  table: SyncTable,
  keys: readonly string[],
): Promise<{ readonly equal: number; readonly gone: readonly LeftRow[] }> {
  if (keys.length === 0) return { equal: 0, gone: [] };
  const here =
    source.kind === 'database'
      ? (
          await source.db.query<{ key: string }>(
            `SELECT ${table.key} AS key FROM ${table.name} WHERE ${table.key} = ANY($1::text[])`,
            [keys],
          )
        ).rows.map(({ key }) => key)
      : source.content[table.area].map((row) => row[table.key]);
  const present = new Set(here);
  const gone = keys
    .filter((key) => !present.has(key))
    .map((key): LeftRow => {
      const item = `${table.area === 'users' ? 'user' : 'context'} ${key}`;
      return { area: table.area, key, label: '', columns: [], item, ...reasonOf('moved', '', table) };
    });
  return { equal: keys.length - gone.length, gone };
}
