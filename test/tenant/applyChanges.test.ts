import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { sha256 } from '../../src/core/digest';
import type { StagedFile } from '../../src/core/files/archive/stageArchive';
import { applyChanges } from '../../src/tenant/files/applyChanges';
import type { Change } from '../../src/tenant/files/applyChanges';
import { makeBackup } from '../../src/tenant/files/backups';
import { recoverJournal } from '../../src/tenant/files/journal';
import { openStateDirectory } from '../../src/tenant/files/stateDirectory';
import type { StateDirectory } from '../../src/tenant/files/stateDirectory';
import { createTargetReader } from '../../src/tenant/files/targets';
import { readTree, writeFiles } from '../support/tenantFixture';

const files = { 'agents/a.yaml': 'a', 'content/b.md': 'b', 'content/sub/c.md': 'c' };
let root: string;
let servicesDir: string;
let state: StateDirectory;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'apply-'));
  servicesDir = join(root, 'services');
  await mkdir(servicesDir);
  await writeFiles(servicesDir, files);
  state = await openStateDirectory(servicesDir);
});
afterEach(async () => {
  await state.lock.release();
  await rm(root, { recursive: true, force: true });
});

async function change(path: string, text: string | undefined): Promise<Change> {
  const target = await createTargetReader(servicesDir, [])(path).catch(() => ({ kind: 'absent' }) as const);
  if (text === undefined) return { path, target };
  const stagedPath = join(state.staging, sha256(path));
  await writeFile(stagedPath, text);
  const staged: StagedFile = {
    path,
    size: text.length,
    sha256: sha256(text),
    executable: false,
    stagedPath,
    name: 0,
  };
  return { path, staged, target };
}

const place = (): Parameters<typeof applyChanges>[2] => ({
  servicesDir,
  state,
  keepBackups: 20,
  now: Date.now,
});

describe('applyChanges', () => {
  it('undoes the steps before one that fails: overwritten, created and deleted files are as they were', async () => {
    const changes = [
      await change('agents/a.yaml', 'new'),
      await change('content/new/deep.md', 'new'),
      await change('content/sub/c.md', undefined),
      // The parent is a file: this step can only fail.
      await change('content/b.md/impossible.md', 'new'),
    ];
    await expect(applyChanges('upload', changes, place())).rejects.toThrow();
    expect(await readTree(servicesDir)).toEqual(files);
    expect(await readdir(join(servicesDir, 'content'))).toEqual(['b.md', 'sub']);
    expect(await readdir(root)).toEqual(['.systemprompt-tenant', 'services']);
    expect(await recoverJournal(servicesDir, state)).toBe(false);
  });

  it('makes no backup when it only creates', async () => {
    expect(await applyChanges('upload', [await change('content/new.md', 'n')], place())).toBeUndefined();
    expect(await readdir(state.backups)).toEqual([]);
  });
});

describe('a journal that a dead process left', () => {
  const description = { path: 'agents/a.yaml', checksum: sha256('a'), size: 1 };

  it.each([
    ['before the first step', { 'agents/a.yaml': 'a' }],
    ['after the overwrite', { 'agents/a.yaml': 'half' }],
    ['after the last step', { 'agents/a.yaml': 'half', 'content/deep/new.md': 'new' }],
  ])('is undone when it died %s', async (_name, found) => {
    const backup = await makeBackup(state.backups, servicesDir, 'upload', [description], Date.now());
    await rm(join(servicesDir, 'agents/a.yaml'));
    await writeFiles(servicesDir, found);
    const created = [{ path: 'content/deep/new.md', checksum: sha256('new') }];
    const journal = {
      format: 1,
      backup,
      replaced: [{ path: 'agents/a.yaml', after: sha256('half') }],
      created,
    };
    await writeFile(state.journal, JSON.stringify(journal));
    expect(await recoverJournal(servicesDir, state)).toBe(true);
    expect(await readTree(servicesDir)).toEqual(files);
    expect(await recoverJournal(servicesDir, state)).toBe(false);
  });

  it('does not restore over a file that someone else has changed since', async () => {
    const backup = await makeBackup(state.backups, servicesDir, 'upload', [description], Date.now());
    await rm(join(servicesDir, 'agents/a.yaml'));
    await writeFiles(servicesDir, { 'agents/a.yaml': 'theirs' });
    const replaced = [{ path: 'agents/a.yaml', after: sha256('ours') }];
    await writeFile(state.journal, JSON.stringify({ format: 1, backup, replaced, created: [] }));
    await recoverJournal(servicesDir, state);
    expect(await readTree(servicesDir)).toEqual({ ...files, 'agents/a.yaml': 'theirs' });
  });

  it('does not take away a file that someone else has put there since', async () => {
    await writeFiles(servicesDir, { 'content/new.md': 'theirs' });
    const created = [{ path: 'content/new.md', checksum: sha256('ours') }];
    await writeFile(state.journal, JSON.stringify({ format: 1, backup: null, replaced: [], created }));
    await recoverJournal(servicesDir, state);
    expect(await readTree(servicesDir)).toEqual({ ...files, 'content/new.md': 'theirs' });
  });

  it.each(['', '{', '{"format":2}', '[]'])(
    'that reads %j stops the start, for a person to look',
    async (text) => {
      await writeFile(state.journal, text);
      await expect(recoverJournal(servicesDir, state)).rejects.toMatchObject({ code: 'stateCorrupted' });
      expect(await readTree(servicesDir)).toEqual(files);
    },
  );
});
