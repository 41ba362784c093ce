import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  binaryBoolean,
  binaryJson,
  binaryTimestamp,
  type BinaryValue,
} from '../../../src/core/database/binaryRows';
import { withDatabase } from '../../../src/core/database/connection';
import { writeBinaryRows } from '../../../src/core/database/copyStreams';
import { parseDatabaseUrl } from '../../../src/core/database/databaseTarget';
import { quietContext } from '../../../src/core/ports';
import { createTestDatabase, type TestDatabase } from '../../support/database';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase({ schema: [] });
});
afterAll(() => database.drop());

/** What Postgres holds after it has taken these rows. */
function passed(definition: string, columns: string, rows: readonly (readonly BinaryValue[])[]) {
  return withDatabase(parseDatabaseUrl(database.url, 'a test'), { context: quietContext() }, async (db) => {
    await db.query(`CREATE TEMP TABLE passing (n serial, ${definition})`);
    expect(await writeBinaryRows(db, `passing (${columns})`, rows)).toBe(rows.length);
    return (await db.query(`SELECT ${columns} FROM passing ORDER BY n`)).rows;
  });
}

describe('rows in the format of Postgres', () => {
  it('are written a breath apart, and no row is none', async () => {
    const order: string[] = [];
    function* rows() {
      for (const row of [['one'], undefined, ['two']]) {
        order.push(`asked for ${row?.[0] ?? 'none'}`);
        yield row;
      }
    }
    const breathe = async () => {
      order.push('breathes');
      await new Promise(setImmediate);
      order.push('goes on');
    };
    await withDatabase(parseDatabaseUrl(database.url, 'a test'), { context: quietContext() }, async (db) => {
      await db.query('CREATE TEMP TABLE breathing (text text)');
      expect(await writeBinaryRows(db, 'breathing (text)', rows(), breathe)).toBe(2);
      expect((await db.query('SELECT text FROM breathing')).rows).toEqual([{ text: 'one' }, { text: 'two' }]);
    });
    expect(order).toEqual(
      ['one', 'none', 'two'].flatMap((name) => [`asked for ${name}`, 'breathes', 'goes on']),
    );
  });

  it('hold every text, however long, and tell an empty one from none', async () => {
    const long = 'ä\\N\t\r\n'.repeat(100_000);
    const bytes = Buffer.from('\ufeff½ 🙂 as bytes');
    const rows = [['', null], ['\\N', '\u2028"\u0001'], [long, long], [bytes, 'x'], ...shortRows()];
    const texts = rows.map(([a, b]) => ({ a: a?.toString(), b }));
    expect(await passed('a text, b text', 'a, b', rows)).toEqual(texts);
  });

  it('may be none', async () => {
    expect(await passed('a text', 'a', [])).toEqual([]);
  });

  it('hold times to the microsecond, in the whole range of a file', async () => {
    const times = [
      ['0001-01-01', '0001-01-01 00:00:00+00'],
      ['1582-10-10', '1582-10-10 00:00:00+00'],
      ['1999-12-31T23:59:59.000001', '1999-12-31 23:59:59.000001+00'],
      ['2024-02-29T12:30:00.123456', '2024-02-29 12:30:00.123456+00'],
      ['9999-12-31T23:59:59.999999', '9999-12-31 23:59:59.999999+00'],
    ];
    const rows = times.map(([text]) => [binaryTimestamp(text ?? '')]);
    expect(await passed('a timestamptz', 'a', rows)).toEqual(times.map(([, a]) => ({ a })));
  });

  it('hold booleans and JSON', async () => {
    const json = JSON.stringify([{ title: 'ä "quoted" \\', url: '/a' }]);
    const rows = [true, false].map((yes) => [binaryBoolean(yes), binaryJson(json)]);
    expect(await passed('a boolean, b jsonb', 'a, b', rows)).toEqual(
      [true, false].map((a) => ({ a, b: JSON.parse(json) as unknown })),
    );
  });
});

/** Of many lengths, so that some of them end exactly where a chunk does. */
function shortRows(): [string, string][] {
  return Array.from({ length: 3_000 }, (_, n) => ['é'.repeat(n % 97), String(n)]);
}
