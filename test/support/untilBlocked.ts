import type { Client } from 'pg';

/** Returns once some session waits for a lock that another one holds. */
export async function untilBlocked(client: Client): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const { rows } = await client.query(
      'SELECT 1 FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()',
    );
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('No session came to wait for a lock.');
}
