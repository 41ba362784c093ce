import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { agreedRecord, AgreedRows, bucketOf } from '../../../../src/core/database/sync/agreedRows';
import { readRows, writeRows } from '../../../../src/core/database/sync/copyStreams';
import {
  nextTableBase,
  readPairBase,
  recordsOf,
  writePairBase,
  type TableBase,
} from '../../../../src/core/database/sync/pairBase';
import { bucketSql, keyHashSql } from '../../../../src/core/database/sync/rowSql';
import { parseDatabaseUrl } from '../../../../src/core/database/databaseTarget';
import { withDatabase } from '../../../../src/core/database/connection';
import { sha256 } from '../../../../src/core/digest';
import { quietContext } from '../../../../src/core/ports';
import { acquireProjectLock, type ProjectLock } from '../../../../src/core/state/projectLock';
import { openStateDirectory, type StateDirectory } from '../../../../src/core/state/stateDirectory';
import { createTestDatabase } from '../../../support/database';

let root: string;
let state: StateDirectory;
let lock: ProjectLock;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sync-base-'));
  state = openStateDirectory(root);
  lock = await acquireProjectLock(state, { owner: 'test', context: quietContext() });
});

afterEach(async () => {
  await lock.release();
  await rm(root, { recursive: true, force: true });
});

function table(
  before: TableBase | undefined,
  rows: Record<string, string>,
  complete: readonly string[] = [],
): TableBase {
  const agreed = new AgreedRows();
  for (const [key, digest] of Object.entries(rows)) agreed.add(agreedRecord(key, sha256(digest)));
  return nextTableBase(before, {
    columns: '["id"]',
    rows: agreed,
    agreed: new Map(),
    complete: new Set(complete.map(bucket)),
  });
}

function bucket(key: string): number {
  return bucketOf(sha256(key));
}

/** The base as a map, to compare it with what was put in. */
function entries(base: TableBase): Map<string, string> {
  const found = new Map<string, string>();
  for (let group = 0; group < base.groups.length; group += 1) {
    const records = recordsOf(base, group);
    for (let at = 0; at < records.length; at += 24) {
      found.set(records.toString('hex', at, at + 8), records.toString('hex', at + 8, at + 24));
    }
  }
  return found;
}

const expected = (rows: Record<string, string>) =>
  new Map(
    Object.entries(rows).map(([key, digest]) => [
      sha256(key).slice(0, 16),
      sha256(digest).slice(0, 16).repeat(2),
    ]),
  );

describe('the base of a pair of databases', () => {
  it('keeps what was not seen, and replaces what was, whatever the rows', () => {
    const rows = fc.dictionary(fc.string(), fc.string(), { maxKeys: 200 });
    fc.assert(
      fc.property(rows, rows, (first, second) => {
        const after = table(table(undefined, first), second);
        expect(entries(after)).toEqual(expected({ ...first, ...second }));
      }),
      { numRuns: 60 },
    );
  });

  it('drops what a group that was seen whole does not have any more', () => {
    const base = table(undefined, { gone: '1', kept: '1' });
    expect(entries(table(base, {}, ['gone']))).toEqual(expected({ kept: '1' }));
  });

  it('is forgotten when the columns behind its digests are others', () => {
    const base = { ...table(undefined, { a: '1' }), columns: '["id","kind"]' };
    expect(entries(table(base, { b: '1' }))).toEqual(expected({ b: '1' }));
  });

  it('is written and read back, privately', async () => {
    const base = { users: table(undefined, { a: '1', b: '2' }), contexts: table(undefined, { c: '3' }) };
    expect(await readPairBase(state, 'one two')).toBeUndefined();
    await writePairBase(state, lock, 'one two', base);
    const read = await readPairBase(state, 'one two');
    expect(read && entries(read.users)).toEqual(expected({ a: '1', b: '2' }));
    expect(read && entries(read.contexts)).toEqual(expected({ c: '3' }));
    expect(await readPairBase(state, 'two one')).toBeUndefined();
    const [file] = await readdir(join(root, '.systemprompt', 'sync', 'base'));
    expect((await stat(join(root, '.systemprompt', 'sync', 'base', file ?? ''))).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, -1)],
    ['empty', () => Buffer.alloc(0)],
    [
      'of another format',
      (bytes: Buffer) => Buffer.from(bytes.toString('latin1').replace('"format":1', '"format":2'), 'latin1'),
    ],
    [
      'of another pair',
      (bytes: Buffer) => Buffer.from(bytes.toString('latin1').replace('one two', 'one six'), 'latin1'),
    ],
  ])('that is %s is reported, and not believed', async (_what, damage) => {
    await writePairBase(state, lock, 'one two', {
      users: table(undefined, { a: '1' }),
      contexts: table(undefined, {}),
    });
    const folder = join(root, '.systemprompt', 'sync', 'base');
    const [file] = await readdir(folder);
    const path = join(folder, file ?? '');
    await writeFile(path, damage(await readFile(path)));
    await expect(readPairBase(state, 'one two')).rejects.toMatchObject({ code: 'stateCorrupted' });
  });

  it('is not written by who has lost the lock', async () => {
    await lock.release();
    lock = await acquireProjectLock(state, { owner: 'other', context: quietContext() });
    const lost: ProjectLock = { ...lock, assertHeld: () => Promise.reject(new Error('taken over')) };
    await expect(
      writePairBase(state, lost, 'p', { users: table(undefined, {}), contexts: table(undefined, {}) }),
    ).rejects.toThrow('taken over');
    expect(await readPairBase(state, 'p')).toBeUndefined();
  });
});

describe('what both a server and we compute', () => {
  it('agrees: hashes and groups of keys, and rows that go through COPY', async () => {
    const database = await createTestDatabase({ schema: [] });
    try {
      const keys = fc.sample(
        fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '')),
        { numRuns: 300, seed: 7 },
      );
      const target = parseDatabaseUrl(database.url, 'test');
      await withDatabase(target, { context: quietContext() }, async (db) => {
        await db.query('CREATE TEMP TABLE passing (n int, key text, other text)');
        const rows = keys.map((key, n) => [String(n), key, n % 5 === 0 ? null : `${key}\\`]);
        expect(await writeRows(db, 'passing', rows)).toBe(rows.length);
        const back: (readonly (string | null)[])[] = [];
        await readRows(db, 'SELECT n, key, other FROM passing ORDER BY n', (some) => void back.push(...some));
        expect(back).toEqual(rows);
        const { rows: hashed } = await db.query<{ key: string; hash: string; bucket: number }>(
          `SELECT key, encode(${keyHashSql('key')}, 'hex') AS hash, ${bucketSql('key')} AS bucket FROM passing`,
        );
        for (const { key, hash, bucket: group } of hashed) {
          expect([hash, group]).toEqual([sha256(key).slice(0, 16), bucket(key)]);
        }
      });
    } finally {
      await database.drop();
    }
  });
});
