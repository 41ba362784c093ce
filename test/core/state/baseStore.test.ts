import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { quietContext } from '../../../src/core/ports';
import { readBase, writeBase, type BaseState } from '../../../src/core/state/baseStore';
import { acquireProjectLock } from '../../../src/core/state/projectLock';
import { openStateDirectory } from '../../../src/core/state/stateDirectory';
import { heldLock } from './heldLock';
import { temporaryProject } from './temporaryProject';

const target = 'postgres:127.0.0.1:5432/app';

describe('baseStore', () => {
  it('tells no base from an empty one', async () => {
    const state = openStateDirectory(await temporaryProject());
    expect(await readBase(state, 'content', target)).toBeUndefined();
    await writeBase(state, await heldLock(state), 'content', target, new Map());
    expect(await readBase(state, 'content', target)).toEqual(new Map());
  });

  it('reads back every entry, whatever its key', async () => {
    const state = openStateDirectory(await temporaryProject());
    const base: BaseState = new Map([
      ['4:blog en a', { digest: 'd1', path: 'services/content/blog/a.md' }],
      ['__proto__', { digest: 'd2' }],
      ['', { digest: '', path: '' }],
      ['"\n\u2028', { digest: 'd3' }],
    ]);
    await writeBase(state, await heldLock(state), 'content', target, base);
    expect(await readBase(state, 'content', target)).toEqual(base);
  });

  it('keeps domains and targets apart, also those whose names fold to one', async () => {
    const state = openStateDirectory(await temporaryProject());
    const lock = await heldLock(state);
    const keys = [
      ['content', target],
      ['files', target],
      ['content', 'postgres:127.0.0.1:5432/APP'],
      ['content', 'postgres/127.0.0.1/5432/app'],
      ['content-postgres', '127.0.0.1:5432/app'],
    ] as const;
    for (const [index, [domain, name]] of keys.entries()) {
      await writeBase(state, lock, domain, name, new Map([['k', { digest: String(index) }]]));
    }
    for (const [index, [domain, name]] of keys.entries()) {
      expect((await readBase(state, domain, name))?.get('k')?.digest).toBe(String(index));
    }
  });

  it('refuses a file that belongs to another target', async () => {
    const state = openStateDirectory(await temporaryProject());
    await writeBase(state, await heldLock(state), 'content', target, new Map([['k', { digest: 'd' }]]));
    const [name] = await readdir(state.path('base'));
    const file = join(state.path('base'), name!);
    await writeFile(file, (await readFile(file, 'utf8')).replace('127.0.0.1', 'db.example.com'));
    await expect(readBase(state, 'content', target)).rejects.toMatchObject({
      code: 'stateCorrupted',
      message: expect.stringContaining('db.example.com') as string,
    });
  });

  it('is only written by the holder of the lock', async () => {
    const state = openStateDirectory(await temporaryProject());
    const lock = await acquireProjectLock(state, { owner: 'test', context: quietContext() });
    await lock.release();
    await expect(writeBase(state, lock, 'content', target, new Map())).rejects.toMatchObject({
      code: 'locked',
    });
    expect(await readBase(state, 'content', target)).toBeUndefined();
  });
});
