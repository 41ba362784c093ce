import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { QueryResultRow } from 'pg';
import { readSchema } from '../../demo/schema/readSchema.mjs';
import type { SchemaPart, ServerGeneration } from '../../demo/schema/readSchema.mjs';

export interface TestDatabase {
  /** `postgresql://USER:PASSWORD@HOST:PORT/NAME`: a superuser whose password the server checks. */
  readonly url: string;
  readonly name: string;
  /** Runs one statement, or a script of several when there are no parameters, and gives the rows. */
  query<Row extends QueryResultRow = QueryResultRow>(
    sql: string,
    params?: readonly unknown[],
  ): Promise<Row[]>;
  /** Ends every connection to the database and removes it. May be called twice. */
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** Which groups of tables it gets; all of them by default, none with `[]`. */
  readonly schema?: readonly SchemaPart[];
  /** The server whose tables these are (versions.md); `0.12` by default. */
  readonly generation?: ServerGeneration;
}

/** A new database with the tables of a systemprompt.io server, on the Postgres of this test run. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const server = serverUrl();
  const name = `sync_test_${randomBytes(6).toString('hex')}`;
  await once(server, `CREATE DATABASE ${name} TEMPLATE template0 STRATEGY file_copy`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const client = await connect(url.href);
  let dropped: Promise<void> | undefined;
  const database: TestDatabase = {
    url: url.href,
    name,
    async query<Row extends QueryResultRow>(sql: string, params?: readonly unknown[]): Promise<Row[]> {
      const result = await client.query<Row>(sql, params === undefined ? undefined : [...params]);
      // A script gives a list of results: nothing that one list of rows could hold.
      return Array.isArray(result) ? [] : result.rows;
    },
    drop() {
      dropped ??= client.end().then(() => once(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
      return dropped;
    },
  };
  await database.query(readSchema(options));
  return database;
}

/** The address of this run's Postgres, with the database `postgres`: for tests that need the server itself. */
export function serverUrl(): string {
  const url = process.env.TEST_DATABASE_URL;
  if (url === undefined)
    throw new Error('TEST_DATABASE_URL is not set: test/support/globalSetup.ts did not run.');
  return url;
}

async function once(url: string, sql: string): Promise<void> {
  const client = await connect(url);
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  // A test that ends this connection from the other side sees it in its next query.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
