import { rowDigestSql } from '../backups/backupRows';
import type { Database } from '../database/connection';
import type { BackupWriter } from '../state/backupStore';
import type { EntityKey } from './accessRule';

interface EntityRow {
  readonly entity_type: string;
  readonly entity_id: string;
  readonly row: string;
  readonly digest: string;
}

/**
 * Puts entities that are about to be updated into the backup: like `backUpUpdatedRows`, for a key of two columns.
 * @returns what has to be called after the UPDATE, in the same transaction
 */
export async function backUpEntities(
  db: Database,
  writer: BackupWriter,
  entities: readonly EntityKey[],
): Promise<() => Promise<void>> {
  const before = await readEntityRows(db, entities);
  return async () => {
    const after = new Map((await readEntityRows(db, entities)).map((row) => [keyOf(row), row.digest]));
    for (const old of before) {
      const { entity_type, entity_id, row } = old;
      await writer.addRow({
        table: 'access_control_entities',
        key: { entity_type, entity_id },
        row: { jsonb: row },
        after: after.get(keyOf(old)) ?? null,
      });
    }
  };
}

async function readEntityRows(db: Database, entities: readonly EntityKey[]): Promise<EntityRow[]> {
  const { rows } = await db.query<EntityRow>(
    `SELECT t.entity_type, t.entity_id, to_jsonb(t)::text AS row, ${rowDigestSql('to_jsonb(t)')} AS digest
       FROM access_control_entities t
       JOIN unnest($1::text[], $2::text[]) AS k(entity_type, entity_id)
         ON t.entity_type = k.entity_type AND t.entity_id = k.entity_id`,
    [entities.map(({ entityType }) => entityType), entities.map(({ entityId }) => entityId)],
  );
  return rows;
}

function keyOf({ entity_type, entity_id }: EntityRow): string {
  return `${entity_type}\0${entity_id}`;
}
