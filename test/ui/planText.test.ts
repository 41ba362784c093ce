import { describe, expect, it } from 'vitest';
import { assertGuards } from '../../src/core/guards';
import type { PlanTarget, StepAction } from '../../src/core/models/plan';
import {
  leftDocument,
  needsConfirmation,
  planCounts,
  planDetail,
  typedConfirmations,
  type AnyPlan,
} from '../../src/ui/planText';
import { inEnglish as t } from './inEnglish';

const local: PlanTarget = {
  kind: 'database',
  label: 'postgres on 127.0.0.1:5432/app',
  host: '127.0.0.1',
  production: false,
};
const remote: PlanTarget = {
  kind: 'database',
  label: 'postgres on db.example.com:5432/app',
  host: 'db.example.com',
  production: true,
};

function plan(actions: readonly StepAction[], overrides: Partial<AnyPlan> = {}): AnyPlan {
  const steps = actions.map((action, index) => ({
    action,
    sourceId: 'blog',
    locale: 'en',
    slug: `item-${index}`,
    ...(action === 'update' && { fields: ['keywords'] }),
  }));
  return {
    id: 'x',
    operation: 'content_to_db',
    target: local,
    steps,
    left: [],
    targetItems: 100,
    sourceItems: 100,
    ...overrides,
  };
}

describe('a confirmation', () => {
  it.each([
    ['creations alone', plan(['create', 'create']), 'always', false],
    ['an overwrite', plan(['update']), 'always', true],
    ['an overwrite when only deletions are asked about', plan(['update']), 'deletionsOnly', false],
    ['a deletion when only deletions are asked about', plan(['delete']), 'deletionsOnly', true],
    [
      'an overwrite in production, whatever the setting',
      plan(['update'], { target: remote }),
      'deletionsOnly',
      true,
    ],
    ['an empty plan', plan([]), 'always', false],
  ] as const)('for %s', (_, asked, policy, wanted) => {
    expect(needsConfirmation(asked, policy)).toBe(wanted);
  });

  it('names the target, the counts and the destructive items first', () => {
    expect(planDetail(t, plan(['create', 'update', 'delete'])).split('\n')).toEqual([
      '1 to create, 1 to overwrite, 1 to delete in postgres on 127.0.0.1:5432/app. Old values go to a backup first.',
      '',
      'delete blog/item-2',
      'overwrite blog/item-1: keywords',
      'create blog/item-0',
    ]);
  });

  it('says first what has to be known before the counts', () => {
    const lines = planDetail(t, plan(['update']), undefined, ['Granted to `user` that was denied before.']);
    expect(lines.split('\n').slice(0, 2)).toEqual(['Granted to `user` that was denied before.', '']);
  });

  it('lists ten items and counts the rest', () => {
    const lines = planDetail(t, plan(Array.from({ length: 13 }, () => 'update' as const))).split('\n');
    expect(lines.filter((line) => line.startsWith('overwrite'))).toHaveLength(10);
    expect(lines.at(-1)).toBe('and 3 more');
  });

  it('says how many items would be replaced without being known as changed here', () => {
    expect(planDetail(t, plan(['update', 'update']), { items: 1, accept: 'Push All 2' })).toContain(
      'Not known to have changed on this side alone: 1. That is written only with "Push All 2"',
    );
    expect(planDetail(t, plan(['update', 'update']))).not.toContain('Not known');
  });

  it('counts only what there is', () => {
    expect(planCounts(t, plan(['create', 'create']))).toBe('2 to create');
    expect(planCounts(t, plan([]))).toBe('');
  });
});

describe('what has to be typed', () => {
  it('is nothing for a local target', () => {
    expect(typedConfirmations(t, plan(['update']))).toEqual([]);
  });

  it('is the host of a production target, and that satisfies the guard', () => {
    const production = plan(['create'], { target: remote });
    const [confirmation] = typedConfirmations(t, production);
    expect(confirmation).toMatchObject({
      expected: 'db.example.com',
      prompt:
        'postgres on db.example.com:5432/app counts as production (1 to create). Type db.example.com to go on.',
    });
    expect(() => assertGuards(production, {})).toThrow();
    expect(() => assertGuards(production, confirmation!.answers)).not.toThrow();
  });

  it.each([
    ['a mass deletion', 30, 'This deletes 12 of 30 items. Type 12 to go on.'],
    [
      'deletions because the other side is empty',
      0,
      'The other side is empty: this deletes 12 items. Type 12 to go on.',
    ],
  ])('is the number for %s, and that satisfies the guard', (_, sourceItems, prompt) => {
    const deletes = plan(
      Array.from({ length: 12 }, () => 'delete' as const),
      { targetItems: 30, sourceItems },
    );
    const [confirmation] = typedConfirmations(t, deletes);
    expect(confirmation).toMatchObject({ prompt, expected: '12' });
    expect(() => assertGuards(deletes, {})).toThrow();
    expect(() => assertGuards(deletes, confirmation!.answers)).not.toThrow();
  });
});

describe('the details of a result', () => {
  it('list every item that was left, and why, and the warnings', () => {
    const left = [{ item: 'blog/a', kind: 'conflict', reason: 'changed on both sides' }] as const;
    expect(leftDocument(t, 'Pushed: 1', left, ['metrics of 2 rows went along']).split('\n')).toEqual([
      '# Pushed: 1',
      '',
      '## Left as they were',
      '',
      '- blog/a: changed on both sides',
      '',
      '## Warnings',
      '',
      '- metrics of 2 rows went along',
      '',
    ]);
  });
});
