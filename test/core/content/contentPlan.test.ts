import { describe, expect, it } from 'vitest';
import { planContent, type ContentPlanOptions } from '../../../src/core/content/contentPlan';
import { contentKeyText } from '../../../src/core/models/content';
import type { ContentDiff, ContentDifference, SourceDiff } from '../../../src/core/models/contentDiff';
import type { PlanTarget } from '../../../src/core/models/plan';

const target: PlanTarget = { kind: 'database', label: 'a database', host: '127.0.0.1', production: false };
const key = { sourceId: 'blog', locale: 'en', slug: 'a' };
const file = { path: 'services/content/blog/a.md', digest: 'D', fileDigest: 'F', title: 'A' };
const row = { id: 'row-1', digest: 'R', title: 'A', updatedAt: '2026-01-01T00:00:00.000Z' };

const onDisk = (origin: ContentDifference['origin']): ContentDifference => ({
  ...key,
  kind: 'added',
  origin,
  file,
});
const inDatabase = (origin: ContentDifference['origin']): ContentDifference => ({
  ...key,
  kind: 'removed',
  origin,
  row,
});
const differs = (origin: ContentDifference['origin']): ContentDifference => ({
  ...key,
  kind: 'modified',
  origin,
  file,
  row,
  fields: ['title'],
});
const bothChanged: ContentDifference = {
  ...differs('both'),
  kind: 'conflict',
  conflict: 'bothChanged',
  reason: 'both',
};
const heldElsewhere: ContentDifference = {
  ...onDisk('unknown'),
  kind: 'conflict',
  conflict: 'heldByAnotherSource',
  reason: 'held',
};

function diffOf(difference: ContentDifference | undefined, source: Partial<SourceDiff> = {}): ContentDiff {
  return {
    inSync: false,
    target: 'postgres:127.0.0.1:5432/app',
    hasBase: false,
    warnings: [],
    sources: [
      {
        name: 'blog',
        names: ['blog'],
        sourceId: 'blog',
        path: 'services/content/blog',
        differences: difference ? [difference] : [],
        equal: [],
        invalid: [],
        gone: [],
        blindFiles: 0,
        fileCount: 1,
        rowCount: 1,
        ...source,
      },
    ],
  };
}

function outcome(difference: ContentDifference, options: ContentPlanOptions): string {
  const plan = planContent(diffOf(difference), target, options);
  return plan.steps[0]?.action ?? plan.left[0]?.kind ?? 'nothing';
}

/** The table of the issue: item, flags, what `to-db` does, what `to-disk` does. */
const table: readonly (readonly [
  string,
  ContentDifference,
  Omit<ContentPlanOptions, 'direction'>,
  string,
  string,
])[] = [
  ['disk only, no base', onDisk('unknown'), {}, 'create', 'skipped'],
  ['disk only, no base, orphans deleted', onDisk('unknown'), { deleteOrphans: true }, 'create', 'skipped'],
  [
    'disk only, no base, orphan named',
    onDisk('unknown'),
    { deleteOrphans: true, slugs: ['a'] },
    'create',
    'delete',
  ],
  ['disk only, no base, override', onDisk('unknown'), { override: true }, 'create', 'skipped'],
  ['disk only, orphan named but not to be deleted', onDisk('unknown'), { slugs: ['a'] }, 'create', 'skipped'],
  ['disk only, new since the base', onDisk('disk'), { deleteOrphans: true }, 'create', 'skipped'],
  ['disk only, base knew the row', onDisk('database'), {}, 'skipped_modified', 'skipped'],
  ['disk only, base knew the row, override', onDisk('database'), { override: true }, 'create', 'skipped'],
  [
    'disk only, base knew the row, orphans deleted',
    onDisk('database'),
    { deleteOrphans: true },
    'skipped_modified',
    'delete',
  ],
  ['database only, no base', inDatabase('unknown'), {}, 'skipped', 'create'],
  [
    'database only, no base, orphans deleted',
    inDatabase('unknown'),
    { deleteOrphans: true },
    'skipped',
    'create',
  ],
  [
    'database only, no base, orphan named',
    inDatabase('unknown'),
    { deleteOrphans: true, slugs: ['a'] },
    'delete',
    'create',
  ],
  ['database only, no base, override', inDatabase('unknown'), { override: true }, 'skipped', 'create'],
  [
    'database only, orphan named but not to be deleted',
    inDatabase('unknown'),
    { slugs: ['a'] },
    'skipped',
    'create',
  ],
  ['database only, new since the base', inDatabase('database'), { deleteOrphans: true }, 'skipped', 'create'],
  ['database only, base knew the file', inDatabase('disk'), {}, 'skipped', 'skipped_modified'],
  [
    'database only, base knew the file, override',
    inDatabase('disk'),
    { override: true },
    'skipped',
    'create',
  ],
  [
    'database only, base knew the file, orphans deleted',
    inDatabase('disk'),
    { deleteOrphans: true },
    'delete',
    'skipped_modified',
  ],
  ['differs, disk changed', differs('disk'), {}, 'update', 'skipped_modified'],
  ['differs, disk changed, override', differs('disk'), { override: true }, 'update', 'update'],
  ['differs, database changed', differs('database'), {}, 'skipped_modified', 'update'],
  ['differs, database changed, override', differs('database'), { override: true }, 'update', 'update'],
  ['differs, disk changed, disk chosen', differs('disk'), { conflict: 'disk' }, 'update', 'skipped_modified'],
  [
    'differs, database changed, database chosen',
    differs('database'),
    { conflict: 'database' },
    'skipped_modified',
    'update',
  ],
  [
    'differs, no base, left to abort',
    differs('unknown'),
    { conflict: 'abort' },
    'skipped_modified',
    'skipped_modified',
  ],
  ['differs, no base', differs('unknown'), {}, 'skipped_modified', 'skipped_modified'],
  ['differs, no base, override', differs('unknown'), { override: true }, 'update', 'update'],
  ['differs, no base, disk chosen', differs('unknown'), { conflict: 'disk' }, 'update', 'skipped_modified'],
  [
    'differs, no base, database chosen',
    differs('unknown'),
    { conflict: 'database' },
    'skipped_modified',
    'update',
  ],
  ['both changed', bothChanged, {}, 'conflict', 'conflict'],
  ['both changed, disk chosen', bothChanged, { conflict: 'disk' }, 'update', 'conflict'],
  ['both changed, database chosen', bothChanged, { conflict: 'database' }, 'conflict', 'update'],
  ['both changed, left to abort', bothChanged, { conflict: 'abort' }, 'conflict', 'conflict'],
  ['both changed, override', bothChanged, { override: true }, 'update', 'update'],
  ['slug held by another source', heldElsewhere, {}, 'conflict', 'conflict'],
  [
    'slug held by another source, override',
    heldElsewhere,
    { override: true, conflict: 'disk' },
    'conflict',
    'conflict',
  ],
  [
    'deleted in the database and changed on disk since, orphans deleted',
    { ...bothChanged, row: undefined } as unknown as ContentDifference,
    { deleteOrphans: true },
    'conflict',
    'conflict',
  ],
];

describe('planContent', () => {
  it.each(table)('%s', (_name, difference, flags, toDatabase, toDisk) => {
    expect(outcome(difference, { direction: 'to-db', ...flags })).toBe(toDatabase);
    expect(outcome(difference, { direction: 'to-disk', ...flags })).toBe(toDisk);
  });

  it.each(['to-db', 'to-disk'] as const)('touches an invalid file on neither side on %s', (direction) => {
    const problem = {
      severity: 'error',
      rule: 'notText',
      path: 'services/content/blog/a.md',
      line: 2,
      column: 8,
      message: 'The title is a number.',
    } as const;
    const diff = diffOf(undefined, { invalid: [{ problem, keys: [key], isRow: false }] });
    const plan = planContent(diff, target, { direction, override: true, deleteOrphans: true, slugs: ['a'] });
    expect(plan.steps).toEqual([]);
    expect(plan.left).toEqual([
      { item: problem.path, kind: 'invalid', reason: 'line 2: The title is a number.' },
    ]);
  });

  it.each(['to-db', 'to-disk'] as const)('adopts an equal item as base on %s', (direction) => {
    const equal = [{ ...key, digest: 'E', path: 'p' }];
    const plan = planContent(diffOf(undefined, { equal }), target, { direction });
    expect([plan.steps, plan.left, plan.adopt]).toEqual([[], [], equal]);
  });

  it('treats an item that was ticked like one that was named', () => {
    const items = new Set([contentKeyText(key)]);
    expect(outcome(inDatabase('unknown'), { direction: 'to-db', deleteOrphans: true, items })).toBe('delete');
  });

  it('leaves items out of the plan that a filter does not choose', () => {
    const plan = planContent(diffOf(onDisk('unknown')), target, { direction: 'to-db', slugs: ['other'] });
    expect(plan.steps).toEqual([]);
    expect(plan.left).toEqual([]);
  });

  it('adopts equal items and forgets those that are gone from both sides', () => {
    const equal = [{ ...key, digest: 'E', path: 'p' }];
    const plan = planContent(diffOf(undefined, { equal, gone: ['4:blog en b'] }), target, {
      direction: 'to-disk',
    });
    expect(plan.adopt).toEqual(equal);
    expect(plan.forget).toEqual(['4:blog en b']);
  });

  it('does not delete a row while a file that might hold it cannot be read', () => {
    const plan = planContent(diffOf(inDatabase('disk'), { blindFiles: 2 }), target, {
      direction: 'to-db',
      deleteOrphans: true,
    });
    expect(plan.steps).toEqual([]);
    expect(plan.left[0]).toMatchObject({
      kind: 'invalid',
      reason: expect.stringContaining('2 files') as string,
    });
  });

  it('never writes a row to disk that no file can hold', () => {
    const unholdable = { ...differs('database'), row: { ...row, unholdable: 'its date has a time' } };
    expect(outcome(unholdable, { direction: 'to-disk', override: true })).toBe('invalid');
    expect(outcome(unholdable, { direction: 'to-db', override: true })).toBe('update');
  });

  it('gives the same id for the same input, and another one when a side has moved', () => {
    const options: ContentPlanOptions = { direction: 'to-db' };
    const id = planContent(diffOf(onDisk('unknown')), target, options).id;
    expect(planContent(diffOf(onDisk('unknown')), target, options).id).toBe(id);
    const moved = { ...onDisk('unknown'), file: { ...file, fileDigest: 'G' } };
    expect(planContent(diffOf(moved), target, options).id).not.toBe(id);
  });

  it('survives being written to JSON and read again', () => {
    const plan = planContent(diffOf(differs('disk')), target, { direction: 'to-db' });
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });
});
