import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningPostgres, startPostgres } from '../../../scripts/postgres.mjs';
import { withDatabase } from '../../../src/core/database/connection';
import { parseDatabaseUrl } from '../../../src/core/database/databaseTarget';
import { quietContext } from '../../../src/core/ports';
import { SyncError } from '../../../src/core/syncError';

let postgres: RunningPostgres;
let url: URL;
const reader = { name: 'a_reader', password: 's3cret-Of-The-Reader' };

beforeAll(async () => {
  postgres = await startPostgres();
  url = new URL(postgres.url);
  await withDatabase(parseDatabaseUrl(postgres.url, 'setup'), { context: quietContext() }, async (db) => {
    await db.query(`CREATE ROLE ${reader.name} LOGIN PASSWORD '${reader.password}'`);
    await db.query('CREATE TABLE item (id int PRIMARY KEY, size int CHECK (size > 0))');
    await db.query('INSERT INTO item VALUES (1, 1)');
  });
});
afterAll(() => postgres.stop());

describe('a statement that Postgres refuses', () => {
  test.each([
    ['a missing table', 'SELECT * FROM markdown_content', '42P01', /table "markdown_content" is missing/],
    ['a missing column', 'SELECT locale FROM item', '42703', /column is missing.*"locale"/],
    ['a key that is taken', 'INSERT INTO item VALUES (1, 2)', '23505', /same key.*\(id\)=\(1\)/],
    ['a check that fails', 'INSERT INTO item VALUES (2, 0)', '23514', /refused a row.*item_size_check/],
    ['a value of another type', "INSERT INTO item VALUES ('x', 0)", '22P02', /refused a value.*"x"/],
    ['a mistake in the SQL', 'SELEC 1', '42601', /answered with an error.*"SELEC"/],
  ])('is explained: %s', async (_what, sql, sqlstate, words) => {
    const error = await failureOf(postgres.url, sql);
    expect(error.message).toMatch(words);
    expect(error.details).toEqual({ host: '127.0.0.1', port: postgres.port, database: 'postgres', sqlstate });
    expectNoSecret(error);
  });

  test('is explained: no permission', async () => {
    const error = await failureOf(
      `postgres://${reader.name}:${reader.password}@127.0.0.1:${postgres.port}/postgres`,
      'SELECT * FROM item',
    );
    expect(error.message).toMatch(/User "a_reader" may not do this.*item/);
    expect(error.details?.['sqlstate']).toBe('42501');
    expectNoSecret(error);
  });
});

describe('a connection that cannot be made', () => {
  test.each([
    ['nothing listens', () => withPort(1), /Nothing answers at 127\.0\.0\.1:1\./, /Is Postgres running/],
    [
      'the host is unknown',
      () => withHost('nowhere.invalid'),
      /nowhere\.invalid is not known/,
      /--database-url/,
    ],
    [
      'the socket is missing',
      () => 'postgres://a:b@/x?host=/no/such/folder',
      /Nothing answers at \/no\/such\/folder/,
      /running/,
    ],
    [
      'the password is wrong',
      () => withPassword('Wr0ng-Passw0rd'),
      /refused the password of user "systemprompt"/,
      /--database-url/,
    ],
    [
      'there is no password',
      () => withPassword(''),
      /asks for a password of user "systemprompt"/,
      /--database-url/,
    ],
    ['the database is missing', () => withDatabaseName('nowhere'), /no database "nowhere"/, /Create it/],
    [
      'it offers no TLS',
      () => `${postgres.url}?sslmode=require`,
      /offers no TLS.*sslmode=require/,
      /sslmode=disable/,
    ],
  ])('is explained: %s', async (_what, address, words, hint) => {
    const error = await failureOf(address(), 'SELECT 1');
    expect(error.message).toMatch(words);
    expect(error.hint).toMatch(hint);
    expect(error.details).toMatchObject({
      host: expect.any(String) as string,
      port: expect.any(Number) as number,
    });
    expectNoSecret(error);
  });

  test('is explained: something else than Postgres answers, or hangs up', async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const error = await failureOf(withPort((server.address() as AddressInfo).port), 'SELECT 1');
    expect(error.message).toContain('was lost');
    expectNoSecret(error);
    await new Promise((resolve) => server.close(resolve));
  });
});

async function failureOf(address: string, sql: string): Promise<SyncError> {
  try {
    await withDatabase(parseDatabaseUrl(address, '--database-url'), { context: quietContext() }, (db) =>
      db.query(sql),
    );
  } catch (error) {
    expect(SyncError.is(error, 'database')).toBe(true);
    expect((error as SyncError).cause).toBeDefined();
    return error as SyncError;
  }
  throw new Error('It did not fail.');
}

function expectNoSecret(error: SyncError): void {
  const everything =
    inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error) + String(error.stack);
  for (const secret of [url.password, reader.password, 'Wr0ng-Passw0rd'])
    expect(everything).not.toContain(secret);
}

function withPort(port: number): string {
  return changed((copy) => (copy.port = String(port)));
}
function withHost(host: string): string {
  return changed((copy) => (copy.hostname = host));
}
function withPassword(password: string): string {
  return changed((copy) => (copy.password = password));
}
function withDatabaseName(name: string): string {
  return changed((copy) => (copy.pathname = `/${name}`));
}
function changed(change: (copy: URL) => void): string {
  const copy = new URL(url);
  change(copy);
  return copy.href;
}
