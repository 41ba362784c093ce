import { describe, expect, it } from 'vitest';
import type {
  AccessDiff,
  EntityDifference,
  RuleDifference,
} from '../../../src/core/accessControl/accessDiff';
import { planAccess, type AccessPlanOptions } from '../../../src/core/accessControl/accessPlan';
import type { RoleRule } from '../../../src/core/accessControl/accessRule';
import type { PlanTarget } from '../../../src/core/models/plan';

const target: PlanTarget = { kind: 'database', label: 'postgres on here', host: 'here', production: false };
const key = { entityType: 'agent', entityId: 'a', role: 'x' };
const allow: RoleRule = { ...key, access: 'allow', justification: null };
const stored = { ...key, access: 'deny' as const, justification: null, id: '1' };
const file = { path: 'config.yaml', text: 'rules: []', digest: '', saysDefaults: false };
const place = { file, at: ['rules', 0] };

const items = {
  inserted: { ...key, kind: 'inserted', origin: 'disk', wanted: allow, place },
  insertedAgain: { ...key, kind: 'inserted', origin: 'database', wanted: allow, place },
  insertedBoth: { ...key, kind: 'inserted', origin: 'both', wanted: allow, place },
  updated: { ...key, kind: 'updated', origin: 'unknown', wanted: allow, stored, place },
  updatedDisk: { ...key, kind: 'updated', origin: 'disk', wanted: allow, stored, place },
  updatedBoth: { ...key, kind: 'updated', origin: 'both', wanted: allow, stored, place },
  orphan: { ...key, kind: 'deleted', origin: 'unknown', stored, needs: 'deleteOrphans' },
  orphanBoth: { ...key, kind: 'deleted', origin: 'both', stored, needs: 'deleteOrphans' },
  block: { ...key, kind: 'deleted', origin: 'disk', stored, needs: 'prune' },
} as const satisfies Record<string, RuleDifference>;

const entity = { entityType: 'agent', entityId: 'a', origin: 'disk' } as const;
const entities = {
  created: { ...entity, kind: 'created', from: null, to: true },
  updated: { ...entity, kind: 'updated', from: false, to: true },
  revoked: { ...entity, kind: 'revoked', from: true, to: false },
} as const satisfies Record<string, EntityDifference>;

function diffOf(rules: readonly RuleDifference[], open: readonly EntityDifference[] = []): AccessDiff {
  return {
    inSync: false,
    files: [],
    others: [],
    rules,
    entities: open,
    unmanaged: [],
    unmanagedEntities: [],
    unchanged: 0,
    agreed: [],
    gone: [],
    problems: [],
    wantedRules: 1,
    managedRules: 1,
    target: 'postgres:here:5432/app',
    hasBase: true,
    state: undefined,
  };
}

function outcome(diff: AccessDiff, options: AccessPlanOptions): string | undefined {
  const { steps, left } = planAccess(diff, target, options);
  return steps[0]?.action ?? left[0]?.kind;
}

describe('the plan for a rule', () => {
  it.each<[keyof typeof items, AccessPlanOptions, string]>([
    ['inserted', {}, 'create'],
    ['insertedAgain', {}, 'create'],
    ['insertedBoth', {}, 'conflict'],
    ['insertedBoth', { conflict: 'database' }, 'conflict'],
    ['insertedBoth', { conflict: 'disk' }, 'create'],
    ['insertedBoth', { override: true }, 'create'],
    ['updated', {}, 'skipped_modified'],
    ['updated', { conflict: 'disk' }, 'skipped_modified'],
    ['updated', { override: true }, 'update'],
    ['updatedDisk', {}, 'skipped_modified'],
    ['updatedBoth', {}, 'conflict'],
    ['updatedBoth', { conflict: 'database' }, 'conflict'],
    ['updatedBoth', { conflict: 'disk' }, 'update'],
    ['updatedBoth', { override: true }, 'update'],
    ['orphan', { override: true, prune: true }, 'skipped'],
    ['orphan', { deleteOrphans: true }, 'delete'],
    ['orphanBoth', { deleteOrphans: true }, 'conflict'],
    ['orphanBoth', { deleteOrphans: true, override: true }, 'delete'],
    ['block', { override: true, deleteOrphans: true }, 'skipped'],
    ['block', { prune: true }, 'delete'],
    ['inserted', { items: ['agent\0a\0y'] }, 'nothing'],
  ])('that is %s is, with %j: %s', (name, options, expected) => {
    expect(outcome(diffOf([items[name]]), options) ?? 'nothing').toBe(expected);
  });

  it('warns when it writes again what was taken out of the database', () => {
    expect(planAccess(diffOf([items.insertedAgain]), target, {}).warnings).toHaveLength(1);
    expect(planAccess(diffOf([items.inserted]), target, {}).warnings).toEqual([]);
  });
});

describe('the plan for an entity', () => {
  it.each<[keyof typeof entities, AccessPlanOptions, string]>([
    ['created', {}, 'create'],
    ['updated', { prune: true, deleteOrphans: true }, 'skipped_modified'],
    ['updated', { override: true }, 'update'],
    ['revoked', { override: true, deleteOrphans: true }, 'skipped'],
    ['revoked', { prune: true }, 'update'],
  ])('that is %s is, with %j: %s', (name, options, expected) => {
    expect(outcome(diffOf([], [entities[name]]), options)).toBe(expected);
  });
});

describe('the id of a plan', () => {
  it('is the same for the same input, another for any other, and the plan is plain data', () => {
    const options = { override: true };
    const plan = planAccess(diffOf([items.updated]), target, options);
    expect(planAccess(diffOf([items.updated]), target, options)).toEqual(plan);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    const others = [
      planAccess(diffOf([items.updated]), target, {}),
      planAccess(diffOf([{ ...items.updated, stored: { ...stored, id: '2' } }]), target, options),
      planAccess(diffOf([{ ...items.updated, wanted: { ...allow, justification: '' } }]), target, options),
      planAccess(diffOf([items.inserted]), target, options),
      planAccess({ ...diffOf([items.updated]), target: 'other' }, target, options),
    ];
    expect(new Set([plan, ...others].map(({ id }) => id)).size).toBe(6);
  });
});
