import { describe, expect, it } from 'vitest';
import { planAccess } from '../../../src/core/accessControl/accessPlan';
import { ruleKeyText } from '../../../src/core/accessControl/accessRule';
import { conflictsAmong, decidableItems, ruleChoices } from '../../../src/ui/accessControl/chooseRules';
import { inEnglish as t } from '../inEnglish';
import { accessDiff, rule, rulesFile } from './sampleAccess';

const target = { kind: 'database', label: 'here', host: '', production: false } as const;
const choicesOf = (diff: ReturnType<typeof accessDiff>) =>
  ruleChoices(diff, (options) => planAccess(diff, target, options)).map(
    ({ takes, plan }) => `${takes} ${plan.steps.length}`,
  );

describe('what can be applied', () => {
  it('widens from inserts to everything, and never takes a conflict along', () => {
    const diff = accessDiff(
      rulesFile(rule('writer', 'user, editor'), rule('both', 'user')),
      {
        rules: [
          'agent/writer user deny',
          'agent/writer old allow',
          'agent/gone user allow',
          'agent/both user deny',
        ],
      },
      rulesFile(rule('both', 'user', 'allow', ', justification: before')),
    );
    expect(choicesOf(diff)).toEqual(['new 1', 'changed 2', 'orphans 3', 'everything 4']);
    const both = ruleKeyText({ entityType: 'agent', entityId: 'both', role: 'user' });
    expect(decidableItems(diff)).not.toContain(both);
    expect(decidableItems(diff, new Set([both]))).toEqual([]);
    expect(conflictsAmong(t, diff, new Set([both]))).toEqual([
      { item: 'agent/both for user', kind: 'conflict', reason: 'changed on both sides' },
    ]);
  });

  it('leaves out steps that take nothing more', () => {
    const diff = accessDiff(rulesFile(), { rules: ['agent/gone user allow'] });
    expect(choicesOf(diff)).toEqual(['everything 1']);
    expect(choicesOf(accessDiff(rulesFile()))).toEqual([]);
  });
});
