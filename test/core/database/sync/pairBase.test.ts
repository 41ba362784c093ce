import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { agreedRecord, AgreedRows, bucketOf } from '../../../../src/core/database/sync/agreedRows';
import { readRows, writeRows } from '../../../../src/core/database/copyStreams';
import { openPairBase, writePairBase, type BaseUpdate } from '../../../../src/core/database/sync/pairBase';
import { bucketCount, bucketSql, keyHashSql } from '../../../../src/core/database/sync/rowSql';
import type { SyncArea } from '../../../../src/core/database/sync/syncTables';
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

type Rows = Record<string, string>;

function update(rows: Rows, options: { complete?: readonly string[]; columns?: string } = {}): BaseUpdate {
  const agreed = new AgreedRows();
  for (const [key, digest] of Object.entries(rows)) agreed.add(agreedRecord(key, sha256(digest)));
  const complete = new Set((options.complete ?? []).map(bucket));
  return { columns: options.columns ?? '["id"]', rows: agreed, agreed: new Map(), complete };
}

function bucket(key: string): number {
  return bucketOf(Buffer.from(sha256(key), 'hex'));
}

const pair = 'one two';

async function write(users: BaseUpdate, contexts = update({})): Promise<void> {
  await writePairBase(state, lock, pair, await openPairBase(state, pair), { users, contexts });
}

/** The base as a map, to compare it with what was put in; undefined when there is none. */
async function entries(area: SyncArea, of = pair): Promise<Map<string, string> | undefined> {
  const base = await openPairBase(state, of);
  if (!base) return undefined;
  const found = new Map<string, string>();
  for (let group = 0; group < bucketCount; group += 1) {
    const records = await base.read(area, group);
    for (let at = 0; at < records.length; at += 24) {
      expect(bucketOf(records, at)).toBe(group);
      found.set(records.toString('hex', at, at + 8), records.toString('hex', at + 8, at + 24));
    }
  }
  await base.close();
  return found;
}

const expected = (rows: Rows) =>
  new Map(
    Object.entries(rows).map(([key, digest]) => [
      sha256(key).slice(0, 16),
      sha256(digest).slice(0, 16).repeat(2),
    ]),
  );

describe('the base of a pair of databases', () => {
  it('keeps what was not seen, and replaces what was, whatever the rows', async () => {
    const rows = fc.dictionary(fc.string(), fc.string(), { maxKeys: 200 });
    await fc.assert(
      fc.asyncProperty(rows, rows, rows, async (first, second, other) => {
        await state.remove('base');
        await write(update(first), update(other));
        await write(update(second));
        expect(await entries('users')).toEqual(expected({ ...first, ...second }));
        expect(await entries('contexts')).toEqual(expected(other));
      }),
      { numRuns: 15 },
    );
  });

  it('drops what a group that was seen whole does not have any more', async () => {
    await write(update({ gone: '1', kept: '1' }));
    await write(update({}, { complete: ['gone'] }));
    expect(await entries('users')).toEqual(expected({ kept: '1' }));
  });

  it('is forgotten when the columns behind its digests are others', async () => {
    await write(update({ a: '1' }, { columns: '["id","kind"]' }));
    await write(update({ b: '1' }));
    expect(await entries('users')).toEqual(expected({ b: '1' }));
  });

  it('remembers which groups were the same as a whole, until a row of them changes', async () => {
    const agreed = new Map([
      [bucket('a'), 'digest a'],
      [bucket('b'), 'digest b'],
    ]);
    await write({ ...update({ a: '1', b: '1' }), agreed });
    await write(update({ a: '2' }));
    const base = await openPairBase(state, pair);
    expect([base?.tables.users.agreed[bucket('a')], base?.tables.users.agreed[bucket('b')]]).toEqual([
      '',
      'digest b',
    ]);
    await base?.close();
  });

  it('belongs to one pair, and is private', async () => {
    expect(await entries('users')).toBeUndefined();
    await write(update({ a: '1' }));
    expect(await entries('users', 'two one')).toBeUndefined();
    const folder = join(root, '.systemprompt', 'sync', 'base');
    const [file] = await readdir(folder);
    expect((await stat(join(folder, file ?? ''))).mode & 0o777).toBe(0o600);
  });

  const edited = (bytes: Buffer, change: (text: string) => string) =>
    Buffer.from(change(bytes.toString('latin1')), 'latin1');
  it.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, -1)],
    ['cut at the front', (bytes: Buffer) => bytes.subarray(1)],
    ['empty', () => Buffer.alloc(0)],
    [
      'of another format',
      (bytes: Buffer) => edited(bytes, (text) => text.replace('"format":1', '"format":2')),
    ],
    ['of another pair', (bytes: Buffer) => edited(bytes, (text) => text.replace('one two', 'one six'))],
    [
      'claiming a giant footer',
      (bytes: Buffer) => edited(bytes, (text) => `${text.slice(0, -12)}999999999999`),
    ],
  ])('that is %s is reported, and not believed', async (_what, damage) => {
    await write(update({ a: '1' }));
    const folder = join(root, '.systemprompt', 'sync', 'base');
    const [file] = await readdir(folder);
    const path = join(folder, file ?? '');
    await writeFile(path, damage(await readFile(path)));
    await expect(openPairBase(state, pair)).rejects.toMatchObject({ code: 'stateCorrupted' });
  });

  it('is not written by who has lost the lock', async () => {
    const lost: ProjectLock = { ...lock, assertHeld: () => Promise.reject(new Error('taken over')) };
    const updates = { users: update({}), contexts: update({}) };
    await expect(writePairBase(state, lost, pair, undefined, updates)).rejects.toThrow('taken over');
    expect(await entries('users')).toBeUndefined();
    expect(await readdir(join(root, '.systemprompt', 'sync', 'tmp'))).toEqual([]);
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
