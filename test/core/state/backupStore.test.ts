import { mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/core/digest';
import { createBackupStore } from '../../../src/core/state/backupStore';
import { nodeFileSystem } from '../../../src/core/state/fileSystem';
import { openStateDirectory, type StateDirectory } from '../../../src/core/state/stateDirectory';
import { listState, temporaryProject } from './temporaryProject';

const now = Date.UTC(2026, 10, 22, 21, 41, 6, 500);
const start = { operation: 'content_to_disk', target: 'postgres:127.0.0.1:5432/app', now };
const digest = sha256('after');

async function makeBackup(state: StateDirectory, at = now): Promise<string> {
  const writer = createBackupStore(state).begin({ ...start, now: at });
  await writer.addFile({ path: 'a.md', bytes: Buffer.from(`old ${at}`), after: digest });
  return (await writer.commit())!;
}

describe('backupStore', () => {
  it('brings back files and rows exactly as they were', async () => {
    const state = openStateDirectory(await temporaryProject());
    const store = createBackupStore(state);
    const writer = store.begin(start);
    const binary = Uint8Array.from({ length: 300 }, (_, index) => index % 256);
    await writer.addFile({ path: 'services/a b.md', bytes: binary, after: digest });
    await writer.addFile({ path: 'new.md', bytes: null, after: digest });
    await writer.addFile({ path: 'empty.md', bytes: new Uint8Array(), after: null });
    const row = { jsonb: '{"id": 12345678901234567890}', text: 'line\u2028two\nthree', none: null };
    await writer.addRow({ table: 'markdown_content', key: { id: '1' }, row, after: 'x' });
    await writer.addRow({ table: 'markdown_content', key: { id: '2' }, row: null, after: null });
    const id = (await writer.commit())!;

    expect(id).toMatch(/^20261122T214106Z-[0-9a-f]{6}$/);
    expect(await store.list()).toEqual([
      {
        id,
        created_at: '2026-11-22T21:41:06.500Z',
        operation: start.operation,
        target: start.target,
        items: 5,
      },
    ]);
    const backup = await store.read(id);
    const bytes = await Promise.all(backup.files.map((file) => backup.readFile(file)));
    expect(backup.files.map(({ path, after }) => [path, after])).toEqual([
      ['services/a b.md', digest],
      ['new.md', digest],
      ['empty.md', null],
    ]);
    expect(bytes.map((value) => value && [...value])).toEqual([[...binary], null, []]);
    expect(backup.rows).toEqual([
      { table: 'markdown_content', key: { id: '1' }, row, after: 'x' },
      { table: 'markdown_content', key: { id: '2' }, row: null, after: null },
    ]);
  });

  it('keeps the order of many rows that are added at once', async () => {
    const store = createBackupStore(openStateDirectory(await temporaryProject()));
    const writer = store.begin(start);
    const count = 20_000;
    await Promise.all(
      Array.from({ length: count }, (_, index) =>
        writer.addRow({ table: 't', key: { id: String(index) }, row: { text: 'ä'.repeat(50) }, after: null }),
      ),
    );
    const { rows } = await store.read((await writer.commit())!);
    expect(rows).toHaveLength(count);
    expect(rows.every(({ key }, index) => key['id'] === String(index))).toBe(true);
  });

  it('leaves nothing behind when nothing was added', async () => {
    const root = await temporaryProject();
    const writer = createBackupStore(openStateDirectory(root)).begin(start);
    expect(await writer.commit()).toBeUndefined();
    await writer.discard();
    expect(await listState(root, 'backups')).toEqual([]);
  });

  it.each(['before', 'after'])('disappears when it is discarded %s its commit', async (when) => {
    const root = await temporaryProject();
    const store = createBackupStore(openStateDirectory(root));
    const writer = store.begin(start);
    await writer.addFile({ path: 'a.md', bytes: Buffer.from('a'), after: null });
    await writer.addRow({ table: 't', key: { id: '1' }, row: {}, after: null });
    if (when === 'after') await writer.commit();
    await writer.discard();
    expect(await store.list()).toEqual([]);
    expect(await listState(root, 'backups')).toEqual([]);
  });

  it('does not exist before its manifest is written', async () => {
    const store = createBackupStore(openStateDirectory(await temporaryProject()));
    const writer = store.begin(start);
    await writer.addFile({ path: 'a.md', bytes: Buffer.from('a'), after: null });
    expect(await store.list()).toEqual([]);
    const id = (await writer.commit())!;
    expect((await store.list()).map((entry) => entry.id)).toEqual([id]);
  });

  it('flushes everything before it writes the manifest', async () => {
    const calls: string[] = [];
    const state = openStateDirectory(await temporaryProject(), {
      ...nodeFileSystem,
      syncFiles: async (folder, paths) => {
        for (const path of paths) calls.push(`sync ${path.split('/').at(-1)}`);
        await nodeFileSystem.syncFiles(folder, paths);
      },
      syncFile: async (path) => {
        calls.push(`sync ${path.split('/').at(-1)}`);
        await nodeFileSystem.syncFile(path);
      },
      rename: async (from, to) => {
        calls.push(`rename ${to.split('/').at(-1)}`);
        await nodeFileSystem.rename(from, to);
      },
    });
    const writer = createBackupStore(state).begin(start);
    await writer.addFile({ path: 'a.md', bytes: Buffer.from('a'), after: null });
    await writer.addRow({ table: 't', key: { id: '1' }, row: {}, after: null });
    await writer.commit();
    expect(calls).toEqual(['sync 0', 'sync rows.jsonl', 'rename manifest.json']);
  });

  it('is private to the user', async () => {
    const state = openStateDirectory(await temporaryProject());
    const id = await makeBackup(state);
    const modes = ['', 'files', 'files/0', 'manifest.json'].map(
      async (part) => (await stat(state.path('backups', id, part))).mode & 0o777,
    );
    expect(await Promise.all(modes)).toEqual([0o700, 0o700, 0o600, 0o600]);
  });

  it('lists the newest first and prunes the oldest', async () => {
    const state = openStateDirectory(await temporaryProject());
    const ids: string[] = [];
    for (const offset of [2, 0, 3, 1]) ids[offset] = await makeBackup(state, now + offset);
    const store = createBackupStore(state, { keep: 2 });
    expect((await store.list()).map(({ id }) => id)).toEqual([ids[3], ids[2], ids[1], ids[0]]);
    expect(await store.prune()).toEqual([ids[1], ids[0]]);
    expect((await store.list()).map(({ id }) => id)).toEqual([ids[3], ids[2]]);
    expect((await readdir(state.path('backups'))).sort()).toEqual([ids[2], ids[3]].sort());
  });

  it('prunes what was never finished only when it is older than a day', async () => {
    const state = openStateDirectory(await temporaryProject());
    const names = ['20261120T000000Z-000001', '20261120T000000Z-000002'];
    for (const name of names) await mkdir(state.path('backups', name, 'files'), { recursive: true });
    const dayBefore = new Date(Date.now() - 25 * 60 * 60_000);
    await utimes(state.path('backups', names[0]!), dayBefore, dayBefore);
    expect(await createBackupStore(state).prune()).toEqual([]);
    expect(await readdir(state.path('backups'))).toEqual([names[1]]);
  });

  it('shows a backup with a damaged manifest, and never prunes it', async () => {
    const state = openStateDirectory(await temporaryProject());
    const id = await makeBackup(state);
    await writeFile(state.path('backups', id, 'manifest.json'), '{');
    const store = createBackupStore(state, { keep: 1 });
    await makeBackup(state, now + 60_000);
    await store.prune();
    expect(await store.list()).toContainEqual({
      id,
      created_at: '2026-11-22T21:41:06.000Z',
      operation: 'unreadable',
      target: '',
      items: 0,
    });
    await expect(store.read(id)).rejects.toMatchObject({ code: 'stateCorrupted' });
  });

  it('never hands out bytes or rows that were changed or lost', async () => {
    const state = openStateDirectory(await temporaryProject());
    const store = createBackupStore(state);
    const writer = store.begin(start);
    await writer.addFile({ path: 'a.md', bytes: Buffer.from('a'), after: null });
    await writer.addRow({ table: 't', key: { id: '1' }, row: {}, after: null });
    const id = (await writer.commit())!;
    const backup = await store.read(id);

    await writeFile(state.path('backups', id, 'files', '0'), 'b');
    await expect(backup.readFile(backup.files[0]!)).rejects.toMatchObject({ code: 'stateCorrupted' });
    await rm(state.path('backups', id, 'files', '0'));
    await expect(backup.readFile(backup.files[0]!)).rejects.toMatchObject({ code: 'stateCorrupted' });
    await writeFile(state.path('backups', id, 'rows.jsonl'), '{}\n');
    await expect(store.read(id)).rejects.toMatchObject({ code: 'stateCorrupted' });
  });

  it('refuses a manifest whose paths lead out of the project', async () => {
    const state = openStateDirectory(await temporaryProject());
    const id = await makeBackup(state);
    const manifest = await state.fileSystem.readFile(state.path('backups', id, 'manifest.json'));
    await writeFile(
      state.path('backups', id, 'manifest.json'),
      manifest.toString().replace('a.md', '../a.md'),
    );
    await expect(createBackupStore(state).read(id)).rejects.toMatchObject({ code: 'stateCorrupted' });
  });

  it.each(['..', '../../x', '20261122T214106Z-3f2a9c/..', '', '20261122T214106Z-3f2a9c'])(
    'refuses the id %j, which is none or names no backup',
    async (id) => {
      const root = await temporaryProject({ 'x/manifest.json': '{}' });
      const store = createBackupStore(openStateDirectory(root));
      await expect(store.read(id)).rejects.toMatchObject({ code: 'invalidInput' });
      await expect(store.remove(id)).rejects.toMatchObject({ code: 'invalidInput' });
      expect(await readdir(join(root, 'x'))).toEqual(['manifest.json']);
    },
  );

  it.each(['../x', '/etc/passwd', 'a\0'])('does not take the path %j', async (path) => {
    const writer = createBackupStore(openStateDirectory(await temporaryProject())).begin(start);
    await expect(writer.addFile({ path, bytes: null, after: null })).rejects.toMatchObject({
      code: 'invalidInput',
    });
  });

  it.each([0, -1, 1.5, Number.NaN])('does not keep %d backups', async (keep) => {
    const state = openStateDirectory(await temporaryProject());
    expect(() => createBackupStore(state, { keep })).toThrow(
      expect.objectContaining({ code: 'invalidInput' }),
    );
  });

  it('removes one backup and leaves the others', async () => {
    const state = openStateDirectory(await temporaryProject());
    const [first, second] = [await makeBackup(state), await makeBackup(state, now + 1)];
    await createBackupStore(state).remove(first);
    expect((await createBackupStore(state).list()).map(({ id }) => id)).toEqual([second]);
  });
});
