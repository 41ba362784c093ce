import { describe, expect, it } from 'vitest';
import type { FilesPlanOptions } from '../../../src/core/files/filesPlan';
import { planFiles } from '../../../src/core/files/filesPlan';
import { diffWorld, planWorld, remoteState, type FileWorld } from './filesModel';
import { checkFilesProperties } from './filesProperties';

const path = 'content/0.md';
type Sides = Omit<FileWorld, 'path'>;
const onlyLocal: Sides = { base: null, local: 'a', remote: null };
const onlyRemote: Sides = { base: null, local: null, remote: 'a' };
const deletedThere: Sides = { base: 'a', local: 'a', remote: null };
const deletedHere: Sides = { base: 'a', local: null, remote: 'a' };
const changedHere: Sides = { base: 'a', local: 'b', remote: 'a' };
const changedThere: Sides = { base: 'a', local: 'a', remote: 'b' };
const changedBoth: Sides = { base: 'a', local: 'b', remote: 'c' };
const unknown: Sides = { base: null, local: 'b', remote: 'c' };
const goneHereChangedThere: Sides = { base: 'a', local: null, remote: 'b' };
const changedHereGoneThere: Sides = { base: 'a', local: 'b', remote: null };

/** docs/files.md, "What happens to a file": every row of it, in both directions. */
const rows: readonly (readonly [string, Sides, string, string, Partial<FilesPlanOptions>?])[] = [
  ['is new here', onlyLocal, 'create', 'skipped'],
  ['is new on the tenant', onlyRemote, 'skipped', 'create'],
  ['is new here, with --delete', onlyLocal, 'create', 'skipped', { delete: true }],
  ['is new on the tenant, with --delete', onlyRemote, 'skipped', 'create', { delete: true }],
  ['was deleted on the tenant', deletedThere, 'skipped_modified', 'skipped'],
  ['was deleted on the tenant, with --delete', deletedThere, 'skipped_modified', 'delete', { delete: true }],
  ['was deleted here', deletedHere, 'skipped', 'skipped_modified'],
  ['was deleted here, with --delete', deletedHere, 'delete', 'skipped_modified', { delete: true }],
  ['changed here', changedHere, 'update', 'skipped_modified'],
  ['changed on the tenant', changedThere, 'skipped_modified', 'update'],
  ['changed on both', changedBoth, 'conflict', 'conflict'],
  ['changed on both, local wins', changedBoth, 'update', 'skipped', { conflict: 'local' }],
  ['changed on both, remote wins', changedBoth, 'skipped', 'update', { conflict: 'remote' }],
  ['differs without an earlier sync', unknown, 'conflict', 'conflict'],
  ['differs without an earlier sync, local wins', unknown, 'update', 'skipped', { conflict: 'local' }],
  ['was deleted here and changed there', goneHereChangedThere, 'conflict', 'conflict'],
  [
    'was deleted here and changed there, remote wins',
    goneHereChangedThere,
    'skipped',
    'create',
    { conflict: 'remote' },
  ],
  [
    'was deleted here and changed there, local wins',
    goneHereChangedThere,
    'conflict',
    'skipped',
    { conflict: 'local' },
  ],
  [
    'was deleted here and changed there, local wins with --delete',
    goneHereChangedThere,
    'delete',
    'skipped',
    { conflict: 'local', delete: true },
  ],
  ['changed here and was deleted there', changedHereGoneThere, 'conflict', 'conflict'],
  [
    'changed here and was deleted there, local wins',
    changedHereGoneThere,
    'create',
    'skipped',
    { conflict: 'local' },
  ],
  [
    'changed on the tenant, and local is chosen',
    changedThere,
    'update',
    'skipped',
    { choices: new Map([[path, 'local']]) },
  ],
  [
    'was deleted on the tenant, and local is chosen',
    deletedThere,
    'create',
    'skipped',
    { choices: new Map([[path, 'local']]) },
  ],
  [
    'was deleted on the tenant, and remote is chosen',
    deletedThere,
    'skipped',
    'delete',
    { choices: new Map([[path, 'remote']]) },
  ],
  ['is the same', { base: null, local: 'a', remote: 'a' }, 'nothing', 'nothing'],
  ['was changed to the same', { base: 'a', local: 'b', remote: 'b' }, 'nothing', 'nothing'],
  [
    'cannot be read',
    { base: 'a', local: 'blind', remote: 'b' },
    'invalid',
    'invalid',
    { delete: true, conflict: 'remote' },
  ],
];

describe('a file that', () => {
  for (const [title, sides, push, pull, options] of rows) {
    it(title, () => {
      const decide = (direction: 'push' | 'pull') => {
        const plan = planWorld({ files: [{ ...sides, path }], hasBase: true }, { direction, ...options });
        return plan.steps[0]?.action ?? plan.left[0]?.kind ?? 'nothing';
      };
      expect([decide('push'), decide('pull')]).toEqual([push, pull]);
    });
  }

  it.each([
    ['here', onlyLocal, 'pull'],
    ['on the tenant', onlyRemote, 'push'],
  ] as const)('is only %s is deleted without any base only when it is named', (_where, sides, direction) => {
    const before = { files: [{ ...sides, path }], hasBase: false };
    expect(planWorld(before, { direction, delete: true }).steps).toEqual([]);
    const named = planWorld(before, { direction, delete: true, named: new Set([path]) });
    expect(named.steps.map(({ action }) => action)).toEqual(['delete']);
  });

  it('is left on a server that takes no deletions', () => {
    const diff = diffWorld({ files: [{ ...deletedHere, path }], hasBase: true });
    const old = { ...diff, remote: { ...remoteState, deletions: false } };
    const target = { kind: 'tenant', label: 't', host: '', production: false } as const;
    expect(planFiles(old, target, { direction: 'push', delete: true }).left).toMatchObject([
      { kind: 'skipped', reason: 'this server takes no deletions' },
    ]);
  });

  it('is not selected is not part of the plan', () => {
    const files = ['content/0.md', 'content/1.md'].map((name) => ({ ...changedHere, path: name }));
    const plan = planWorld(
      { files, hasBase: true },
      { direction: 'push', selected: (name) => name === path },
    );
    expect([plan.steps.map((step) => step.path), plan.left]).toEqual([[path], []]);
  });
});

describe('a plan', () => {
  it('keeps its promises for every world', () => {
    checkFilesProperties(5_000);
  });

  it('forgets a file that is gone on both sides, but not in a directory that the tenant does not name today', () => {
    const gone = { base: 'a', local: null, remote: null } as const;
    const files = ['content/0.md', 'skills/s.md'].map((name) => ({ ...gone, path: name }));
    expect(planWorld({ files, hasBase: true }, { direction: 'push' }).forget).toEqual(['content/0.md']);
  });
});
