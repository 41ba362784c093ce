import type { Database } from '../connection';
import { quoteName } from './sqlText';
import { syncTables, type SyncArea } from './syncTables';
import { SyncError } from '../../syncError';

/**
 * A row as YAML for a read-only comparison side by side: the key, then every column by name, so that the same column stands in
 * the same line on both sides. Empty when the row does not exist.
 * @throws SyncError database, cancelled
 */
export async function readRowYaml(db: Database, area: SyncArea, key: string): Promise<string> {
  const table = syncTables.find((found) => found.area === area);
  if (!table) throw new SyncError('internal', `There is no table for ${area}.`);
  const { rows } = await db.query<{ row: Record<string, unknown> }>(
    `SELECT to_jsonb(t) AS row FROM ${table.name} t WHERE t.${quoteName(table.key)} = $1`,
    [key],
  );
  const found = rows[0]?.row;
  if (!found) return '';
  const names = Object.keys(found)
    .filter((name) => name !== table.key)
    .sort();
  const { dump } = await import('js-yaml');
  return dump(Object.fromEntries([table.key, ...names].map((name) => [name, found[name]])), {
    lineWidth: -1,
    noRefs: true,
  });
}
