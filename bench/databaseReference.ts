import type { Client } from 'pg';

type Row = Record<string, unknown>;

/**
 * What the issue compares with: one statement after the other, a row at a time, each on its own (data.md 4.4). A look-up for
 * a clash and an upsert per user; a look-up of the owner and an upsert per context.
 *
 * @param users how many users, in the order of their ids; their contexts come with them
 * @returns rows sent
 */
export async function pushRowByRow(source: Client, target: Client, users: number): Promise<number> {
  const picked = await source.query<Row>('SELECT * FROM users ORDER BY id LIMIT $1', [users]);
  const contexts = await source.query<Row>('SELECT * FROM user_contexts WHERE user_id = ANY($1)', [
    picked.rows.map(({ id }) => id),
  ]);
  for (const row of picked.rows) {
    const clash = await target.query('SELECT id FROM users WHERE (name = $1 OR email = $2) AND id <> $3', [
      row.name,
      row.email,
      row.id,
    ]);
    if (clash.rows.length === 0) await upsert(target, 'users', 'id', row);
  }
  for (const row of contexts.rows) {
    const owner = await target.query('SELECT 1 FROM users WHERE id = $1', [row.user_id]);
    if (owner.rows.length === 1) await upsert(target, 'user_contexts', 'context_id', row);
  }
  return picked.rows.length + contexts.rows.length;
}

async function upsert(target: Client, table: string, key: string, row: Row): Promise<void> {
  const names = Object.keys(row);
  const updates = names
    .filter((name) => name !== key && name !== 'created_at')
    .map((name) => `${name} = EXCLUDED.${name}`);
  await target.query(
    `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((_, index) => `$${index + 1}`).join(', ')})
     ON CONFLICT (${key}) DO UPDATE SET ${updates.join(', ')}`,
    Object.values(row),
  );
}
