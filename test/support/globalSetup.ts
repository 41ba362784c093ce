import { startPostgres } from '../../scripts/postgres.mjs';

/**
 * One Postgres for the whole run, handed to the workers as `TEST_DATABASE_URL`. When that is set already, the server
 * it names is used instead: its user must be allowed to create databases.
 */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.TEST_DATABASE_URL !== undefined) return undefined;
  const server = await startPostgres();
  process.env.TEST_DATABASE_URL = server.url;
  return async () => {
    delete process.env.TEST_DATABASE_URL;
    await server.stop();
  };
}
