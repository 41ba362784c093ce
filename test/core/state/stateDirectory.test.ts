import { mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { nodeFileSystem } from '../../../src/core/state/fileSystem';
import { openStateDirectory } from '../../../src/core/state/stateDirectory';
import { temporaryProject } from './temporaryProject';

const schema = z.object({ format: z.literal(1), names: z.array(z.string()) });
const listSchema = z.object({ format: z.literal(1), names: z.array(z.unknown()) });
const isText = (value: unknown) => typeof value === 'string';

describe('stateDirectory', () => {
  it('creates nothing by being opened or read', async () => {
    const root = await temporaryProject();
    expect(await openStateDirectory(root).readJson('a.json', schema)).toBeUndefined();
    expect(await readdir(root)).toEqual([]);
  });

  it('reads back what it wrote, replaces it as a whole and leaves no temporary file', async () => {
    const state = openStateDirectory(await temporaryProject());
    await state.writeJson('deep/a.json', { format: 1, names: ['one'] });
    await state.writeJson('deep/a.json', { format: 1, names: ['two'] });
    expect(await state.readJson('deep/a.json', schema)).toEqual({ format: 1, names: ['two'] });
    expect(await readdir(state.path('tmp'))).toEqual([]);
    await state.remove('deep');
    expect(await state.readJson('deep/a.json', schema)).toBeUndefined();
  });

  it('keeps folders and files private to the user, and all of it out of git', async () => {
    const state = openStateDirectory(await temporaryProject());
    await state.writeJson('deep/a.json', { format: 1, names: [] });
    const modes = await Promise.all(
      ['', 'deep', 'deep/a.json', '.gitignore'].map(
        async (part) => (await stat(state.path(part))).mode & 0o777,
      ),
    );
    expect(modes).toEqual([0o700, 0o700, 0o600, 0o600]);
    expect(await readFile(state.path('.gitignore'), 'utf8')).toBe('*\n');
  });

  it('puts the .gitignore back after a run that ended before it was written', async () => {
    const root = await temporaryProject({ '.systemprompt/sync/base/x.json': '{}' });
    await openStateDirectory(root).ensure('base');
    expect(await readFile(join(root, '.systemprompt/sync/.gitignore'), 'utf8')).toBe('*\n');
  });

  it.each([
    ['text that is not JSON', '{"format":1,'],
    ['an empty file', ''],
    ['another format', '{"format":2,"names":[]}'],
    ['another shape', '{"format":1,"names":[1]}'],
  ])('calls %s corrupted and says that the file may be deleted', async (_, text) => {
    const root = await temporaryProject({ '.systemprompt/sync/a.json': text });
    await expect(openStateDirectory(root).readJson('a.json', schema)).rejects.toMatchObject({
      code: 'stateCorrupted',
      message: expect.stringContaining('a.json') as string,
      hint: expect.stringContaining('may be deleted') as string,
    });
  });

  it.each(['.systemprompt', '.systemprompt/sync', '.systemprompt/sync/base'])(
    'refuses a symbolic link at %s that leads out of the project',
    async (part) => {
      const [root, outside] = [await temporaryProject(), await temporaryProject()];
      await mkdir(join(root, part, '..'), { recursive: true });
      await symlink(outside, join(root, part));
      const state = openStateDirectory(root);
      await expect(state.writeJson('base/a.json', { format: 1 })).rejects.toMatchObject({ code: 'io' });
      await expect(state.readJson('base/a.json', schema)).rejects.toMatchObject({ code: 'io' });
      await expect(state.remove('base/a.json')).rejects.toMatchObject({ code: 'io' });
      expect(await readdir(outside)).toEqual([]);
    },
  );

  it('refuses a dangling symbolic link', async () => {
    const root = await temporaryProject();
    await symlink(join(root, '..', 'does-not-exist-anywhere'), join(root, '.systemprompt'));
    await expect(openStateDirectory(root).ensure()).rejects.toMatchObject({ code: 'io' });
  });

  it('follows a symbolic link that stays within the project', async () => {
    const root = await temporaryProject();
    await mkdir(join(root, 'elsewhere'));
    await symlink(join(root, 'elsewhere'), join(root, '.systemprompt'));
    await openStateDirectory(root).writeJson('a.json', { format: 1, names: [] });
    expect(await readdir(join(root, 'elsewhere/sync'))).toContain('a.json');
  });

  it('never leaves its folder', async () => {
    const state = openStateDirectory(await temporaryProject());
    expect(() => state.path('..', '..', 'x')).toThrow(expect.objectContaining({ code: 'internal' }));
    await expect(state.writeJson('../../x.json', { format: 1 })).rejects.toMatchObject({ code: 'internal' });
  });

  it('keeps the old file, and no temporary one, when the new one cannot be written', async () => {
    const root = await temporaryProject();
    const state = openStateDirectory(root);
    await state.writeJson('a.json', { format: 1, names: ['old'] });
    const full = openStateDirectory(root, {
      ...nodeFileSystem,
      createFile: async (path, _data, mode) => {
        await nodeFileSystem.createFile(path, Buffer.from('{"for'), mode);
        throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      },
    });
    await expect(full.writeJson('a.json', { format: 1, names: ['new'] })).rejects.toMatchObject({
      code: 'io',
      message: expect.stringContaining('no space is left on the disk') as string,
    });
    expect(await state.readJson('a.json', schema)).toEqual({ format: 1, names: ['old'] });
    expect(await readdir(state.path('tmp'))).toEqual([]);
  });

  it.each([0, 1, 1_000, 1_001, 2_500])(
    'writes a list of %i entries, and reads it in two ways',
    async (count) => {
      const state = openStateDirectory(await temporaryProject());
      const names = Array.from({ length: count }, (_, index) => `“${index}”\n[\n],`);
      const value = { format: 1, left: undefined, nested: { lists: [[], [1]], text: null }, names };
      await state.writeJson('a.json', value);
      expect(await state.readJson('a.json', schema)).toEqual({ format: 1, names });
      const list = await state.readList('a.json', listSchema, 'names', isText);
      expect([...list!.entries]).toEqual(names);
      expect(list!.head.format).toBe(1);
    },
  );

  it.each([
    ['printed on one line', '{"names":["a","b"],"format":1}'],
    ['printed by hand', '{\n  "format": 1,\n  "names": [\n    "a",\n    "b"\n  ]\n}\n'],
  ])('reads a list that was %s', async (_, text) => {
    const root = await temporaryProject({ '.systemprompt/sync/a.json': text });
    const list = await openStateDirectory(root).readList('a.json', listSchema, 'names', isText);
    expect([...list!.entries]).toEqual(['a', 'b']);
  });

  it.each([
    ['cut off', '{"format":1,"names":[\n"a",\n"b"'],
    ['damaged in the middle', '{"format":1,"names":[\n"a",\n"b\n]}\n'],
    ['without the list', '{"format":1}'],
    ['with an entry of another kind', '{"format":1,"names":[\n"a",\n1\n]}\n'],
    ['with such an entry on one line', '{"format":1,"names":["a",1]}'],
  ])('calls a list %s corrupted', async (_, text) => {
    const root = await temporaryProject({ '.systemprompt/sync/a.json': text });
    const read = async () => {
      const list = await openStateDirectory(root).readList('a.json', listSchema, 'names', isText);
      return [...list!.entries];
    };
    await expect(read()).rejects.toMatchObject({ code: 'stateCorrupted' });
  });

  it('knows no list where there is no file', async () => {
    const state = openStateDirectory(await temporaryProject());
    expect(await state.readList('a.json', listSchema, 'names', isText)).toBeUndefined();
  });

  it('says so when a file stands where the folder belongs', async () => {
    const root = await temporaryProject();
    await writeFile(join(root, '.systemprompt'), '');
    await expect(openStateDirectory(root).ensure()).rejects.toMatchObject({ code: 'io' });
  });
});
