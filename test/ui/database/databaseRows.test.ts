import { describe, expect, it } from 'vitest';

import type {
  AreaPlan,
  DatabasePlan,
  DatabaseStep,
  LeftRow,
} from '../../../src/core/database/sync/databasePlan';
import { countDatabase, databaseNodes, type DatabaseNode } from '../../../src/ui/database/databaseNodes';
import { askedPlan, protectedColumns } from '../../../src/ui/database/databasePlans';
import { databaseRow } from '../../../src/ui/database/databaseText';
import { leavesOf } from '../../../src/ui/changes/changeNode';
import { planDetail } from '../../../src/ui/planText';
import { inEnglish as t } from '../inEnglish';

const noRows: AreaPlan = {
  created: 0,
  updated: 0,
  unchanged: 0,
  skipped: 0,
  home: 0,
  protectedChanges: 0,
  seen: {},
  sourceOnly: [],
  targetOnly: [],
};

function plan(
  steps: readonly Partial<DatabaseStep>[],
  { left = [], users = {} }: { left?: readonly Partial<LeftRow>[]; users?: Partial<AreaPlan> } = {},
): DatabasePlan {
  const full = steps.map((step) => ({
    action: 'update' as const,
    area: 'users' as const,
    key: 'u',
    label: 'ann',
    columns: ['full_name'],
    kept: [],
    seen: 'x',
    ...step,
  }));
  const created = full.filter(({ action }) => action === 'create').length;
  return {
    id: 'plan',
    operation: 'database_push',
    options: { direction: 'push' },
    source: 'postgres on 127.0.0.1:5432/app',
    target: {
      kind: 'database',
      label: 'postgres on db.example.com:5432/app',
      host: 'db.example.com',
      production: true,
    },
    areas: {
      users: { ...noRows, created, updated: full.length - created, skipped: left.length, ...users },
      contexts: noRows,
    },
    steps: full,
    left: left.map((row) => ({
      area: 'users',
      key: 'v',
      label: 'bob',
      columns: [],
      item: 'users v',
      kind: 'conflict',
      reason: 'changed on both sides',
      ...row,
    })),
    truncated: false,
    targetItems: 10,
    sourceItems: 10,
    callouts: [],
    warnings: [],
  };
}

const nothing = plan([]);
const rowsOf = (nodes: readonly DatabaseNode[]) => leavesOf(nodes) as DatabaseNode[];

describe('the Database group', () => {
  it('is there, and says so, when both databases are in sync', () => {
    const [root] = databaseNodes({ push: nothing, pull: nothing });
    expect(root?.children).toEqual([]);
    expect(databaseRow(t, root!).text.description).toBe('in sync · production');
  });

  it('has a row for each user that differs, with its columns and its side', () => {
    const push = plan([{ key: 'a', label: 'ann' }], { left: [{ key: 'c', label: 'cid' }] });
    const pull = plan([{ key: 'b', label: 'bob', action: 'create', columns: [] }], {
      left: [{ key: 'c', label: 'cid' }],
    });
    const nodes = databaseNodes({ push, pull });
    const texts = rowsOf(nodes).map((node) => databaseRow(t, node).text);
    expect(texts.map(({ label, description }) => `${label}: ${description}`)).toEqual([
      'cid: conflict · changed on both sides',
      'ann: changed in the own database · full_name',
      'bob: only in the cloud',
    ]);
    expect(databaseRow(t, nodes[0]!).text.description).toBe('1 to push, 1 to pull, 1 undecided · production');
    expect(countDatabase({ push, pull })).toEqual({ up: 1, down: 1, unknown: 0, conflicts: 1, invalid: 0 });
    expect(rowsOf(nodes).some(({ checkable }) => checkable)).toBe(false);
  });

  it('says how many rows more there are than it names', () => {
    const push = plan([{}], { users: { updated: 5_000 } });
    const texts = rowsOf(databaseNodes({ push, pull: nothing })).map(
      (node) => databaseRow(t, node).text.label,
    );
    expect(texts).toEqual(['ann', 'and 4999 more']);
  });

  it('keeps its ids apart and stable', () => {
    const ids = rowsOf(databaseNodes({ push: plan([{ key: 'a' }, { key: 'b' }]), pull: nothing })).map(
      ({ id }) => id,
    );
    expect(ids).toEqual(['database:users:a', 'database:users:b']);
  });
});

describe('the question before rows are written', () => {
  it('names rows and columns, and counts those that are not named', () => {
    const asked = askedPlan({ ...plan([{}], { users: { updated: 40 } }), truncated: true });
    const detail = planDetail(t, asked);
    expect(detail).toContain('40 to overwrite in postgres on db.example.com:5432/app');
    expect(detail).toContain('overwrite users: ann: full_name');
  });

  it('knows which protected columns differ', () => {
    expect(protectedColumns(plan([{ kept: ['roles', 'email'] }, { kept: ['roles'] }]))).toEqual([
      'email',
      'roles',
    ]);
    expect(protectedColumns(nothing)).toEqual([]);
  });
});
