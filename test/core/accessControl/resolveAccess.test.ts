import { describe, expect, it } from 'vitest';
import type { AccessState } from '../../../src/core/accessControl/accessState';
import type { EntityCatalog } from '../../../src/core/accessControl/entityCatalog';
import { explainAccess } from '../../../src/core/accessControl/explainAccess';
import {
  resolveAccess,
  type DecidingRule,
  type EntityFacts,
} from '../../../src/core/accessControl/resolveAccess';

function says(text: string): DecidingRule {
  const [ruleType, ruleValue = '', access] = text.split(' ');
  return {
    ruleType: ruleType === 'user' ? 'user' : 'role',
    ruleValue,
    access: access === 'deny' ? 'deny' : 'allow',
    justification: null,
  };
}

function facts(rules: readonly string[], overrides: Partial<EntityFacts> = {}): EntityFacts {
  return {
    exists: true,
    defaultIncluded: false,
    rules: rules.map(says),
    hasOwnRules: rules.length > 0,
    ...overrides,
  };
}

const subject = { roles: ['r', 'q'], user: 'u' };

describe.each(['0.12', 'newer'] as const)('the resolver of %s', (generation) => {
  it.each([
    [
      'a deny for the user before everything',
      ['role r allow', 'user u allow', 'user u deny'],
      'deny',
      'user u deny',
    ],
    [
      'an allow for the user before a deny for a role',
      ['role r deny', 'user u allow'],
      'allow',
      'user u allow',
    ],
    [
      'a deny for one role before an allow for another',
      ['role q allow', 'role r deny'],
      'deny',
      'role r deny',
    ],
    ['an allow for a role', ['role q allow', 'role other deny'], 'allow', 'role q allow'],
  ])('takes %s', (_what, rules, decision, by) => {
    expect(resolveAccess(facts(rules), subject, generation)).toEqual({
      decision,
      reason: 'rule',
      rule: says(by),
    });
  });

  it('compares roles exactly, and takes nobody for a user it was not told', () => {
    expect(resolveAccess(facts(['role R allow', 'user v allow']), subject, generation).decision).toBe('deny');
    expect(resolveAccess(facts(['user u allow']), { roles: [] }, generation).decision).toBe('deny');
  });

  it('lets default_included allow where no rule fits, and a deny before it', () => {
    expect(resolveAccess(facts([], { defaultIncluded: true }), subject, generation)).toEqual({
      decision: 'allow',
      reason: 'defaultIncluded',
    });
    expect(
      resolveAccess(facts(['role r deny'], { defaultIncluded: true }), subject, generation).decision,
    ).toBe('deny');
  });

  it('denies an unknown entity, and one without a rule for whoever asks', () => {
    expect(resolveAccess(facts([], { exists: false }), subject, generation)).toEqual({
      decision: 'deny',
      reason: 'unknownEntity',
    });
    expect(resolveAccess(facts([]), subject, generation)).toEqual({
      decision: 'deny',
      reason: 'notAssigned',
    });
  });
});

it('closes an entity by its own rules on newer servers, and looks at rules before the entity', () => {
  expect(resolveAccess(facts(['role other allow']), subject, 'newer').reason).toBe('closedByOwnRules');
  expect(resolveAccess(facts(['role other allow']), subject, '0.12').reason).toBe('notAssigned');
  expect(resolveAccess(facts(['role r allow'], { exists: false }), subject, 'newer').decision).toBe('allow');
  expect(resolveAccess(facts(['role r allow'], { exists: false }), subject, '0.12')).toEqual({
    decision: 'deny',
    reason: 'unknownEntity',
  });
});

describe('an explanation', () => {
  const entity = { entityType: 'agent', entityId: 'a' };
  const catalog: EntityCatalog = {
    ids: new Map(),
    incomplete: new Set(),
    parents: new Map([['agent\0a', ['shop']]]),
  };
  const state = (
    generation: AccessState['generation'],
    others: Record<string, number> = {},
  ): AccessState => ({
    generation,
    entityTypes: undefined,
    entities: new Map([['agent\0a', { ...entity, defaultIncluded: false, source: 'x' }]]),
    rules: new Map([
      ['agent\0a\0r', { ...entity, role: 'r', access: 'allow', justification: 'why', id: '1' }],
    ]),
    otherRules: new Map([['agent\0a', new Map(Object.entries(others))]]),
  });
  const explain = (generation: AccessState['generation'], others?: Record<string, number>, parents = true) =>
    explainAccess({
      entity,
      subject: { roles: ['r'] },
      state: state(generation, others),
      catalog: parents ? catalog : { ...catalog, parents: new Map() },
      userRules: new Map(),
    });

  it('of 0.12 is complete when neither user rules nor parents stand beside it', () => {
    expect(explain('0.12', {}, false)).toMatchObject({
      decision: 'allow',
      generation: '0.12',
      may_depend_on: [],
      rule: { ruleValue: 'r', justification: 'why' },
    });
    expect(explain('0.12', { user: 2 }, false).may_depend_on).toEqual([
      expect.stringContaining('2 user rules'),
    ]);
    expect(explain('0.12').may_depend_on).toEqual([
      'rules of its parent marketplace/shop, if the server is 0.13 to 0.16',
    ]);
  });

  it('of newer servers names parents and further dimensions, and is never a bare allow', () => {
    expect(explain('newer', { department: 3 }).may_depend_on).toEqual([
      expect.stringContaining('3 department rules'),
      expect.stringContaining('marketplace/shop'),
    ]);
    expect(explain('newer', {}, false)).toMatchObject({
      decision: 'allow',
      may_depend_on: [expect.stringContaining('further dimensions')],
    });
  });
});
