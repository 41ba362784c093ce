import type { Client } from 'pg';

/** Rows like those of a real server, made by the server itself: three contexts or so for every user. */
export async function seedRows(client: Client, users: number, contexts: number): Promise<void> {
  await client.query(
    `INSERT INTO users (id, name, email, full_name, display_name, roles, avatar_url, created_at, updated_at)
     SELECT md5('u' || n)::uuid::text, 'user_' || n, 'user' || n || '@example.test', 'Full Name ' || n, 'User ' || n,
            CASE WHEN n % 50 = 0 THEN '{user,admin}'::text[] ELSE '{user}'::text[] END,
            CASE WHEN n % 3 = 0 THEN 'https://example.test/avatars/' || md5(n::text) || '.png' END,
            '2026-01-01'::timestamptz + n * interval '1 second', '2026-02-01'::timestamptz + n * interval '1 second'
       FROM generate_series(1, $1::int) n`,
    [users],
  );
  await client.query(
    `INSERT INTO user_contexts (context_id, user_id, name, created_at)
     SELECT md5('c' || n)::uuid::text, md5('u' || (1 + n % $1::int))::uuid::text, 'Conversation number ' || n,
            '2026-03-01'::timestamptz + n * interval '1 second'
       FROM generate_series(1, $2::int) n`,
    [users, contexts],
  );
  await client.query('ANALYZE');
}
