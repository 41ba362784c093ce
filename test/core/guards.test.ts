import { describe, expect, it } from 'vitest';
import { assertGuards, guardsOf, isDestructive } from '../../src/core/guards';
import type { StepAction, SyncPlan } from '../../src/core/models/plan';

const local = { kind: 'database', label: 'a database', host: '127.0.0.1', production: false } as const;
const production = { kind: 'database', label: 'the shop', host: 'db.example.com', production: true } as const;

function planOf(
  actions: Partial<Record<StepAction, number>>,
  overrides: Partial<SyncPlan<{ action: StepAction }>> = {},
) {
  const steps = Object.entries(actions).flatMap(([action, count]) =>
    Array.from({ length: count }, () => ({ action: action as StepAction })),
  );
  return {
    id: 'p',
    operation: 'x',
    target: local,
    steps,
    left: [],
    targetItems: 100,
    sourceItems: 100,
    ...overrides,
  };
}

describe('guards', () => {
  it.each([
    ['ten deletions of ten', planOf({ delete: 10 }, { targetItems: 10 }), []],
    ['eleven of forty-four', planOf({ delete: 11 }, { targetItems: 44 }), []],
    ['eleven of forty-three', planOf({ delete: 11 }, { targetItems: 43 }), ['massDeletion']],
    [
      'one deletion because the other side is empty',
      planOf({ delete: 1 }, { sourceItems: 0 }),
      ['emptySource'],
    ],
    ['a creation in production', planOf({ create: 1 }, { target: production }), ['productionTarget']],
    ['nothing to do in production', planOf({}, { target: production }), []],
    ['updates only', planOf({ update: 100 }), []],
  ])('%s', (_name, plan, expected) => {
    expect(guardsOf(plan).map(({ name }) => name)).toEqual(expected);
  });

  it('stops a mass deletion until at least that many deletions are allowed', () => {
    const plan = planOf({ delete: 50 });
    expect(() => assertGuards(plan, {})).toThrow(/deletes 50 of 100/);
    expect(() => assertGuards(plan, { allowMassDelete: 49 })).toThrow(/deletes 50/);
    expect(() => assertGuards(plan, { allowMassDelete: 50 })).not.toThrow();
  });

  it('stops at a production target until exactly its host is typed', () => {
    const plan = planOf({ update: 1 }, { target: production });
    expect(() => assertGuards(plan, {})).toThrow(/counts as production/);
    expect(() => assertGuards(plan, { confirmTarget: 'example.com' })).toThrow(/is another host/);
    expect(() => assertGuards(plan, { confirmTarget: 'db.example.com' })).not.toThrow();
  });

  it('calls overwriting and deleting destructive, and creating not', () => {
    expect(isDestructive(planOf({ create: 3 }))).toBe(false);
    expect(isDestructive(planOf({ update: 1 }))).toBe(true);
    expect(isDestructive(planOf({ delete: 1 }))).toBe(true);
  });
});
