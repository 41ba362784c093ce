import type { AccessDiff } from '../../core/accessControl/accessDiff';
import type { AccessPlan, AccessPlanOptions } from '../../core/accessControl/accessPlan';
import { describeRule, entityKeyText, ruleKeyText } from '../../core/accessControl/accessRule';
import type { SkippedItem } from '../../core/models/plan';
import type { Translate } from '../translate';

/** Files win, and what they no longer have is revoked. */
export const everything = {
  override: true,
  deleteOrphans: true,
  prune: true,
} as const satisfies AccessPlanOptions;

/** Items changed on both sides are decided one by one, never with the rest. @param chosen absent: all */
export function decidableItems(diff: AccessDiff, chosen?: ReadonlySet<string>): string[] {
  const rules = diff.rules.filter(({ origin }) => origin !== 'both').map(ruleKeyText);
  return [...rules, ...diff.entities.map(entityKeyText)].filter((item) => chosen?.has(item) ?? true);
}

/** The conflicts among the chosen items, for the report. */
export function conflictsAmong(t: Translate, diff: AccessDiff, chosen: ReadonlySet<string>): SkippedItem[] {
  return diff.rules
    .filter((rule) => rule.origin === 'both' && chosen.has(ruleKeyText(rule)))
    .map((rule) => ({ item: describeRule(rule), kind: 'conflict', reason: t('changed on both sides') }));
}

export interface RuleChoice {
  readonly takes: 'new' | 'changed' | 'orphans' | 'everything';
  readonly plan: AccessPlan;
}

const widening = [
  ['new', {}],
  ['changed', { override: true }],
  ['orphans', { override: true, deleteOrphans: true }],
  ['everything', everything],
] as const satisfies readonly (readonly [RuleChoice['takes'], AccessPlanOptions])[];

/** What can be applied, from inserts alone to everything; a step that takes nothing more is no choice. Pure. */
export function ruleChoices(
  diff: AccessDiff,
  planOf: (options: AccessPlanOptions) => AccessPlan,
): RuleChoice[] {
  const items = decidableItems(diff);
  const choices: RuleChoice[] = [];
  for (const [takes, options] of widening) {
    const plan = planOf({ ...options, items });
    if (plan.steps.length > (choices.at(-1)?.plan.steps.length ?? 0)) choices.push({ takes, plan });
  }
  return choices;
}
