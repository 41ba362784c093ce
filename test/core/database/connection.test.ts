import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  connectAhead,
  type Database,
  type DatabaseOptions,
  withDatabase,
} from '../../../src/core/database/connection';
import { type DatabaseTarget, parseDatabaseUrl } from '../../../src/core/database/databaseTarget';
import { quietContext } from '../../../src/core/ports';
import { SyncError } from '../../../src/core/syncError';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { startStatementProxy } from '../accessControl/statementProxy';

let database: TestDatabase;
let target: DatabaseTarget;

beforeAll(async () => {
  database = await createTestDatabase({ schema: [] });
  target = parseDatabaseUrl(database.url, 'a test');
  await use((db) => db.query('CREATE TABLE note (id int PRIMARY KEY, text text NOT NULL)'));
});
afterAll(() => database.drop());

describe('a query', () => {
  test('keeps dates, times and big numbers as text, in UTC', async () => {
    const { rows } = await use((db) =>
      db.query(`SELECT '2026-01-02 03:04:05.123456+02'::timestamptz AS tz, '2026-01-02 03:04:05.123456'::timestamp AS ts,
                       '2026-01-02'::date AS day, ARRAY['2026-01-02 03:04:05.000001+00'::timestamptz] AS many,
                       9007199254740993::bigint AS big, 0.10::numeric AS num, 7 AS small, true AS yes,
                       '{"a":[1]}'::jsonb AS json, '{1,2}'::int[] AS list, NULL AS none`),
    );
    expect(rows).toEqual([
      {
        tz: '2026-01-02 01:04:05.123456+00',
        ts: '2026-01-02 03:04:05.123456',
        day: '2026-01-02',
        many: ['2026-01-02 03:04:05.000001+00'],
        big: '9007199254740993',
        num: '0.10',
        small: 7,
        yes: true,
        json: { a: [1] },
        list: [1, 2],
        none: null,
      },
    ]);
  });

  test('gives every value as text when asked to', async () => {
    const { rows } = await use((db) =>
      db.query(`SELECT 7 AS n, true AS b, '{"a":1.0}'::jsonb AS j, '{1}'::int[] AS l, NULL AS none`, [], {
        asText: true,
      }),
    );
    expect(rows).toEqual([{ n: '7', b: 't', j: '{"a": 1.0}', l: '{1}', none: null }]);
  });

  test('counts the rows that a statement changed', async () => {
    const counts = await use((db) =>
      db.transaction(async () => {
        const insert = await db.query("INSERT INTO note SELECT n, 'x' FROM generate_series(100, 104) n");
        const update = await db.query("UPDATE note SET text = 'y' WHERE id > $1", [102]);
        const remove = await db.query('DELETE FROM note WHERE id >= $1', [100]);
        return [insert.rowCount, update.rowCount, remove.rowCount];
      }),
    );
    expect(counts).toEqual([5, 2, 5]);
  });

  test('leaves the types of other users of the driver alone', async () => {
    const { types } = await import('pg');
    await use((db) => db.query('SELECT now()'));
    expect(
      (types.getTypeParser(1184) as (value: string) => unknown)('2026-01-02 03:04:05+00'),
    ).toBeInstanceOf(Date);
  });

  test('stops at the statement timeout', async () => {
    const error = await failure((db) => db.query('SELECT pg_sleep(60)'), { statementTimeoutMs: 100 });
    expect(error).toMatchObject({ code: 'database', details: { sqlstate: '57014' } });
  });

  test('stops waiting for a lock at the lock timeout', async () => {
    await use((holder) =>
      holder.transaction(async () => {
        await holder.query('LOCK TABLE note');
        const error = await failure((db) => db.query('SELECT * FROM note'), { lockTimeoutMs: 100 });
        expect(error).toMatchObject({ code: 'database', details: { sqlstate: '55P03' } });
      }),
    );
  });

  test('shows the application name to the server', async () => {
    const { rows } = await use((db) => db.query("SELECT current_setting('application_name') AS name"), {
      applicationName: 'a test',
    });
    expect(rows).toEqual([{ name: 'a test' }]);
  });

  test('takes session options from the URL', async () => {
    const url = `${database.url}?options=-c%20search_path%3Dpg_catalog`;
    const { rows } = await withDatabase(parseDatabaseUrl(url, 'a test'), { context: quietContext() }, (db) =>
      db.query('SHOW search_path'),
    );
    expect(rows).toEqual([{ search_path: 'pg_catalog' }]);
  });
});

describe('a session', () => {
  test.each([
    ['when its work is done', async (): Promise<void> => {}],
    [
      'when its work fails',
      async (): Promise<void> => {
        throw new Error('broken');
      },
    ],
  ])('is closed %s', async (_when, work) => {
    const applicationName = `closing ${Math.random()}`;
    await use(work, { applicationName }).catch((error: unknown) =>
      expect(error).toMatchObject({ message: 'broken' }),
    );
    expect(await sessionsNamed(applicationName)).toBe(0);
  });

  test('passes on unchanged what its work throws by itself', async () => {
    const own = Object.assign(new Error('no such file'), { code: 'ENOENT', syscall: 'open' });
    await expect(use(() => Promise.reject(own))).rejects.toBe(own);
  });

  test('survives being ended by the server, and says so', async () => {
    const error = await failure(async (db) => {
      const { rows } = await db.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await use((admin) => admin.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]));
      await db.query('SELECT 1');
    });
    expect(error.code).toBe('database');
    expect(error.message).toMatch(/ended the connection|was lost/);
  });

  test('gives the driver to COPY and puts its errors into words', async () => {
    const { from } = await import('pg-copy-streams');
    const copy = (line: string): Promise<unknown> =>
      use((db) =>
        db.withClient(
          (client) =>
            new Promise<void>((resolve, reject) => {
              const stream = client.query(from('COPY note FROM STDIN'));
              stream.on('error', reject).on('finish', resolve);
              stream.end(line);
            }),
        ),
      );
    await copy('50\tcopied\n');
    expect((await use((db) => db.query('SELECT text FROM note WHERE id = 50'))).rows).toEqual([
      { text: 'copied' },
    ]);
    await expect(copy('fifty\tcopied\n')).rejects.toMatchObject({
      code: 'database',
      details: { sqlstate: '22P02' },
    });
  });
});

describe('a transaction', () => {
  test('keeps what was done when it ends', async () => {
    await use((db) => db.transaction(() => db.query("INSERT INTO note VALUES (1, 'kept')")));
    expect(await noteText(1)).toBe('kept');
  });

  test('undoes everything when its work throws', async () => {
    const own = new Error('changed my mind');
    const work = (db: Database): Promise<unknown> =>
      db.transaction(async () => {
        await db.query("INSERT INTO note VALUES (2, 'undone')");
        throw own;
      });
    await expect(use(work)).rejects.toBe(own);
    expect(await noteText(2)).toBeUndefined();
  });

  test('leaves a usable session behind when it fails', async () => {
    const rows = await use(async (db) => {
      await expect(db.transaction(() => db.query('SELECT nonsense'))).rejects.toMatchObject({
        code: 'database',
      });
      return (await db.query('SELECT 1 AS one')).rows;
    });
    expect(rows).toEqual([{ one: 1 }]);
  });

  test('does not report success when a failed statement was swallowed', async () => {
    const error = await failure((db) =>
      db.transaction(async () => {
        await db.query("INSERT INTO note VALUES (3, 'lost')");
        await db.query('SELECT nonsense').catch(() => 'swallowed');
      }),
    );
    expect(error.message).toContain('rolled the transaction back');
    expect(await noteText(3)).toBeUndefined();
  });

  test('does not nest', async () => {
    const error = await failure((db) => db.transaction(() => db.transaction(async () => {})));
    expect(error.code).toBe('internal');
  });

  test('refuses writes when it is read-only', async () => {
    const error = await failure((db) =>
      db.transaction(() => db.query("INSERT INTO note VALUES (4, 'x')"), { readOnly: true }),
    );
    expect(error).toMatchObject({ code: 'database', details: { sqlstate: '25006' } });
  });

  test('starts over after a serialisation failure, and reports the last one without retries', async () => {
    await use((db) => db.query("INSERT INTO note VALUES (5, 'start')"));
    const rivalry = (retries: number): { run: Promise<unknown>; attempts: () => number } => {
      let attempts = 0;
      const run = use((db) =>
        db.transaction(
          async () => {
            attempts += 1;
            await db.query('SELECT text FROM note WHERE id = 5');
            // The rival commits in between, the first time only.
            if (attempts === 1) {
              await use((rival) => rival.query("UPDATE note SET text = text || '+rival' WHERE id = 5"));
            }
            return db.query("UPDATE note SET text = text || '+us' WHERE id = 5");
          },
          { isolation: 'repeatable read', retries },
        ),
      );
      return { run, attempts: () => attempts };
    };
    const once = rivalry(0);
    await expect(once.run).rejects.toMatchObject({ code: 'database', details: { sqlstate: '40001' } });
    expect([once.attempts(), await noteText(5)]).toEqual([1, 'start+rival']);

    const again = rivalry(3);
    await again.run;
    expect([again.attempts(), await noteText(5)]).toEqual([2, 'start+rival+rival+us']);
  });

  test('says that the outcome is unknown when the connection is lost during COMMIT', async () => {
    await use((db) =>
      db.query(`CREATE TABLE slow (id int);
        CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NULL; END';
        CREATE CONSTRAINT TRIGGER waits AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION wait();`),
    );
    const applicationName = 'commits slowly';
    const committing = failure((db) => db.transaction(() => db.query('INSERT INTO slow VALUES (1)')), {
      applicationName,
    });
    await until(() => endSessions(applicationName, "state = 'active' AND query = 'COMMIT'"));
    const error = await committing;
    expect(error).toMatchObject({ code: 'database', details: { outcomeUnknown: true } });
    expect(error.message).toContain('while the changes were being committed');
  });
});

describe('connecting ahead', () => {
  test('goes on while something else is done, and the session is closed though nobody used it', async () => {
    const applicationName = `ahead ${Math.random()}`;
    await connectAhead(target, { context: quietContext(), applicationName }, () =>
      until(async () => (await countSessions(applicationName, '')) === 1),
    );
    expect(await sessionsNamed(applicationName)).toBe(0);
    const stopped = connectAhead(target, { context: quietContext(), applicationName }, () =>
      Promise.reject(new Error('before its use')),
    );
    await expect(stopped).rejects.toThrow('before its use');
    expect(await sessionsNamed(applicationName)).toBe(0);
  });

  test('fails where the session is used, and not before', async () => {
    const closed = await listen(createServer());
    const url = `postgres://a:b@127.0.0.1:${(closed.address() as AddressInfo).port}/x`;
    await close(closed);
    const unreachable = parseDatabaseUrl(url, 'a test');
    const unused = await connectAhead(unreachable, { context: quietContext() }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return 'done without it';
    });
    expect(unused).toBe('done without it');
    const used = connectAhead(unreachable, { context: quietContext() }, async (use) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return use((db) => db.query('SELECT 1'));
    });
    await expect(used).rejects.toMatchObject({ code: 'database' });
  });
});

describe('what opens a session and a transaction', () => {
  const copy = (db: Database, line: string): Promise<number> =>
    db.withStatement('COPY note FROM STDIN', async (client, message) => {
      const { from } = await import('pg-copy-streams');
      const stream = client.query(from(message));
      return new Promise((resolve, reject) => {
        stream.on('error', reject).on('finish', () => resolve(stream.rowCount));
        stream.end(line);
      });
    });

  test('goes with the first COPY in one message, and COMMIT is the second', async () => {
    const proxy = await startStatementProxy();
    const through = parseDatabaseUrl(proxy.through(database.url), 'a test');
    await withDatabase(through, { context: quietContext() }, (db) =>
      db.transaction(() => copy(db, '60\tcopied\n')),
    );
    expect(proxy.answered).toBe(2);
    expect(await noteText(60)).toBe('copied');
    await proxy[Symbol.asyncDispose]();
  });

  test('has settings that outlive a transaction whose first statement fails', async () => {
    const shown = await use(
      async (db) => {
        await expect(db.transaction(() => copy(db, 'sixty\tcopied\n'))).rejects.toMatchObject({
          details: { sqlstate: '22P02' },
        });
        const { rows } = await db.query(
          "SELECT current_setting('TimeZone') AS zone, current_setting('lock_timeout') AS lock",
        );
        return rows;
      },
      { lockTimeoutMs: 1_234 },
    );
    expect(shown).toEqual([{ zone: 'UTC', lock: '1234ms' }]);
  });

  test('keeps a statement in its transaction after one that the server could not even read', async () => {
    const error = await failure((db) =>
      db.transaction(async () => {
        await db
          .withStatement('nonsense', (client, message) => client.query(message))
          .catch(() => 'swallowed');
        await copy(db, '61\tundone\n');
        throw await failure(() => db.query('SELECT nonsense'));
      }),
    );
    expect(error.details).toMatchObject({ sqlstate: '42703' });
    expect(await noteText(61)).toBeUndefined();
  });

  test('does not report success when the only statement was not understood', async () => {
    const error = await failure((db) =>
      db.transaction(() =>
        db.withStatement('nonsense', (client, message) => client.query(message)).catch(() => 'swallowed'),
      ),
    );
    expect(error.message).toContain('rolled the transaction back');
  });

  test('is not sent for a transaction without statements', async () => {
    const proxy = await startStatementProxy();
    const through = parseDatabaseUrl(proxy.through(database.url), 'a test');
    await withDatabase(through, { context: quietContext() }, (db) => db.transaction(async () => {}));
    expect(proxy.answered).toBe(0);
    await proxy[Symbol.asyncDispose]();
  });
});

describe('cancelling', () => {
  test('stops the statement on the server and rejects with cancelled', async () => {
    const controller = new AbortController();
    const applicationName = 'sleeps';
    const sleeping = failure((db) => db.query('SELECT pg_sleep(60)'), {
      applicationName,
      context: quietContext({ signal: controller.signal }),
    });
    await until(async () => (await activeNamed(applicationName)) === 1);
    controller.abort();
    expect((await sleeping).code).toBe('cancelled');
    expect(await activeNamed(applicationName)).toBe(0);
  });

  test('undoes the transaction under way', async () => {
    const controller = new AbortController();
    const error = await failure(
      (db) =>
        db.transaction(async () => {
          await db.query("INSERT INTO note VALUES (6, 'cancelled')");
          controller.abort();
          await db.query('SELECT 1');
        }),
      { context: quietContext({ signal: controller.signal }) },
    );
    expect(error.code).toBe('cancelled');
    expect(await noteText(6)).toBeUndefined();
  });

  test('lets a COMMIT under way finish and counts it', async () => {
    await use((db) =>
      db.query(`CREATE TABLE patient (id int);
        CREATE FUNCTION wait_for_cancel() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          WHILE NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'the cancel was sent') LOOP
            PERFORM pg_sleep(0.02); PERFORM pg_stat_clear_snapshot();
          END LOOP; RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER waits AFTER INSERT ON patient DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION wait_for_cancel();`),
    );
    const controller = new AbortController();
    const applicationName = 'commits while cancelled';
    const done = use(
      (db) => db.transaction(async () => (await db.query('INSERT INTO patient VALUES (1)')).rowCount),
      {
        applicationName,
        context: quietContext({ signal: controller.signal }),
      },
    );
    await until(async () => (await activeNamed(applicationName, "AND query = 'COMMIT'")) === 1);
    controller.abort();
    await use(async () => expect(await done).toBe(1), { applicationName: 'the cancel was sent' });
    expect((await use((db) => db.query('SELECT id FROM patient'))).rows).toEqual([{ id: 1 }]);
  });

  test('does not start what was cancelled before', async () => {
    const error = await failure(() => Promise.reject(new Error('it ran')), {
      context: quietContext({ signal: AbortSignal.abort() }),
    });
    expect(error.code).toBe('cancelled');
  });

  test('gives up a connection attempt that nobody answers', async () => {
    const silent = await listen(createServer(() => {}));
    const controller = new AbortController();
    const url = `postgres://a:b@127.0.0.1:${(silent.address() as AddressInfo).port}/x`;
    silent.once('connection', () => controller.abort());
    const context = quietContext({ signal: controller.signal });
    await expect(
      withDatabase(parseDatabaseUrl(url, 'a test'), { context }, () => Promise.resolve()),
    ).rejects.toMatchObject({ code: 'cancelled' });
    await close(silent);
  });
});

function use<T>(run: (db: Database) => Promise<T>, options: Partial<DatabaseOptions> = {}): Promise<T> {
  return withDatabase(target, { context: quietContext(), ...options }, run);
}

/** The SyncError that the work ends with. */
async function failure(
  run: (db: Database) => Promise<unknown>,
  options: Partial<DatabaseOptions> = {},
): Promise<SyncError> {
  try {
    await use(run, options);
  } catch (error) {
    if (SyncError.is(error)) return error;
    throw error;
  }
  throw new Error('It did not fail.');
}

async function noteText(id: number): Promise<string | undefined> {
  return (await use((db) => db.query<{ text: string }>('SELECT text FROM note WHERE id = $1', [id]))).rows[0]
    ?.text;
}

/** Ending a session takes the server a moment after the client has gone. */
async function sessionsNamed(applicationName: string): Promise<number> {
  let count = 0;
  await until(async () => (count = await countSessions(applicationName, '')) === 0);
  return count;
}

function activeNamed(applicationName: string, and = ''): Promise<number> {
  return countSessions(applicationName, `AND state = 'active' ${and}`);
}

async function countSessions(applicationName: string, and: string): Promise<number> {
  const { rows } = await use((db) =>
    db.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = $1 ${and}`,
      [applicationName],
    ),
  );
  return rows[0]?.n ?? -1;
}

async function endSessions(applicationName: string, where: string): Promise<boolean> {
  const { rowCount } = await use((db) =>
    db.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND ${where}`,
      [applicationName],
    ),
  );
  return rowCount > 0;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

function listen(server: Server): Promise<Server> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
