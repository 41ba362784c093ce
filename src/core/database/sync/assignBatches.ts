import type { Database } from '../connection';
import type { TablePair } from './pairColumns';
import { decidedTable, stagedTable } from './stagingTables';

/**
 * Numbers the batches of a table. Rows that get what another row of the import gives up (two users who swap names) have to
 * be in one transaction: all of those are in batch 0, whatever their number.
 *
 * @param size rows per batch
 */
export async function assignBatches(target: Database, { table }: TablePair, size: number): Promise<void> {
  const decided = decidedTable(table);
  await target.query(`ALTER TABLE ${decided} ADD COLUMN batch int`);
  if (table.guarded.length > 0) {
    await target.query(
      `UPDATE ${decided} d SET batch = 0
        WHERE d.verdict IN ('create', 'update')
          AND EXISTS (SELECT 1 FROM ${decided} o WHERE o.verdict = 'update' AND o.columns && '{name,email}'::text[] AND o.key <> d.key)
          AND (d.columns && '{name,email}'::text[]
               OR EXISTS (SELECT 1 FROM ${stagedTable(table)} s JOIN users u ON u.name = s.name OR u.email = s.email WHERE s.id = d.key AND u.id <> d.key))`,
    );
  }
  await target.query(
    `UPDATE ${decided} d SET batch = n.batch
       FROM (SELECT key, 1 + (row_number() OVER (ORDER BY key COLLATE "C") - 1) / $1::int AS batch
               FROM ${decided} WHERE batch IS NULL AND verdict IN ('create', 'update')) n
      WHERE n.key = d.key`,
    [size],
  );
}
