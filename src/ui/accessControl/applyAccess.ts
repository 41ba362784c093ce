import * as vscode from 'vscode';
import type { AccessDiff } from '../../core/accessControl/accessDiff';
import type { AccessPlan, AccessPlanOptions } from '../../core/accessControl/accessPlan';
import { describeEntity } from '../../core/accessControl/accessRule';
import { decisionChanges } from '../../core/accessControl/decisionChanges';
import type { SkippedItem } from '../../core/models/plan';
import { SyncError } from '../../core/syncError';
import { applyMove } from '../commands/applyMove';
import { stopWithNotice } from '../commands/stopWithNotice';
import { confirmPlan, type PlanChoice } from '../confirmPlan';
import { readSettings } from '../host/settings';
import type { MoveWords } from '../messages';
import type { CommandHandler } from '../runCommand';
import type { Services } from '../services';
import type { Translate } from '../translate';
import { applyWords, revokeWords } from './accessMoveWords';
import type { RuleNode } from './accessNodes';
import { changeWords } from './accessWords';
import { conflictsAmong, decidableItems, everything, ruleChoices, type RuleChoice } from './chooseRules';
import { checkedRules, commandNodes, rulesOf } from './commandNodes';
import { requireAccess, type ReadyAccess } from './requireAccess';

/** Applies the checked rules; with none checked, asks which are meant. What is revoked has a button of its own. */
export const applyAccessRules: CommandHandler = async (services) => {
  const { t } = services;
  const ready = await requireAccess(services);
  const planOf = await planner(services, ready);
  const checked = itemsOf(checkedRules(services));
  if (checked.size === 0) {
    const plan = await askWhich(t, ruleChoices(ready.diff, planOf));
    return confirmAndApply(services, ready, { plan }, applyWords(t));
  }
  const items = decidableItems(ready.diff, checked);
  const conflicts = conflictsAmong(t, ready.diff, checked);
  if (items.length === 0 && conflicts.length > 0) {
    stopWithNotice(t('What is checked changed on both sides. Look at it, then apply it from its own menu.'));
  }
  const plan = planOf({ override: true, items });
  const all = planOf({ ...everything, items });
  const forced = all.steps.length - plan.steps.length;
  // What stays without the wider plan was asked about, and answered: it is no news.
  const answered = { ...plan, left: [] };
  const choice = forced > 0 ? { plan: answered, bolder: { plan: all, forced } } : { plan };
  await confirmAndApply(services, ready, choice, applyWords(t), conflicts);
};

/** The rules that it is invoked on, named one by one: the file wins. */
export const applyAccessItem: CommandHandler = (services, ...args) =>
  applyNamed(services, args, ({ status }) => status !== 'removed', applyWords(services.t));

/** The rules that it is invoked on and that no file has any more. */
export const revokeAccessItem: CommandHandler = (services, ...args) =>
  applyNamed(services, args, ({ status }) => status === 'removed', revokeWords(services.t));

async function applyNamed(
  services: Services,
  args: readonly unknown[],
  isMeant: (rule: RuleNode) => boolean,
  words: MoveWords,
): Promise<void> {
  const ready = await requireAccess(services);
  const planOf = await planner(services, ready);
  const items = itemsOf(rulesOf(commandNodes(services, args)).filter(isMeant));
  await confirmAndApply(services, ready, { plan: planOf({ ...everything, items: [...items] }) }, words);
}

/** @throws SyncError `invalidInput` at the first error when the files have any */
async function planner(
  { quietContext }: Services,
  { project, diff }: ReadyAccess,
): Promise<(options: AccessPlanOptions) => AccessPlan> {
  const { AccessControlLocalSync } = await import('../../core/accessControl/accessControlLocalSync');
  const sync = new AccessControlLocalSync(project, quietContext());
  return (options) => sync.plan(diff, options);
}

async function confirmAndApply(
  services: Services,
  { project, diff }: ReadyAccess,
  choice: PlanChoice<AccessPlan>,
  words: MoveWords,
  alsoLeft: readonly SkippedItem[] = [],
): Promise<void> {
  const { t } = services;
  const { keepBackups, confirmOverwrite: policy } = readSettings(vscode.Uri.file(project.root));
  const notes = decisionNotes(t, diff, choice, words);
  const { plan, answers } = await confirmPlan(choice, { t, words, policy, notes });
  const { AccessControlLocalSync } = await import('../../core/accessControl/accessControlLocalSync');
  await applyMove(services, {
    words,
    answers,
    apply: (context) => new AccessControlLocalSync(project, context, { keepBackups }).apply(plan, answers),
    alsoLeft,
  });
}

const listedChanges = 15;

/** Who may what after a plan that may not before is asked about in any case: a wrong grant is a hole. */
function decisionNotes(
  t: Translate,
  { state }: AccessDiff,
  { plan, bolder }: PlanChoice<AccessPlan>,
  words: MoveWords,
): string[] {
  const linesOf = (of: AccessPlan) =>
    (state ? decisionChanges(state, of) : []).map(
      (change) => `${describeEntity(change)}: ${changeWords(t, change)}`,
    );
  const lines = linesOf(plan);
  const more = bolder === undefined ? [] : linesOf(bolder.plan).filter((line) => !lines.includes(line));
  const button = bolder === undefined ? '' : words.acceptAll(bolder.plan.steps.length);
  const all = [...lines, ...more.map((line) => t('{0} (only with "{1}")', line, button))];
  const rest = all.length - listedChanges;
  return [...all.slice(0, listedChanges), ...(rest > 0 ? [t('and {0} more', rest)] : [])];
}

function itemsOf(rules: readonly RuleNode[]): Set<string> {
  return new Set(rules.flatMap(({ rule }) => rule.item ?? []));
}

async function askWhich(t: Translate, choices: readonly RuleChoice[]): Promise<AccessPlan> {
  if (choices.length === 0) stopWithNotice(t('No access rule is to be applied.'));
  const picks = choices.map(({ takes, plan }) => ({ label: choiceLabel(t, takes, plan.steps.length), plan }));
  const title = t('Apply Access Rules');
  const placeHolder = t('Nothing is checked. Which rules are meant?');
  const chosen = await vscode.window.showQuickPick(picks, { title, placeHolder });
  if (chosen === undefined) throw new SyncError('cancelled', 'Nothing was chosen.');
  return chosen.plan;
}

function choiceLabel(t: Translate, takes: RuleChoice['takes'], items: number): string {
  switch (takes) {
    case 'new':
      return t('New rules ({0})', items);
    case 'changed':
      return t('New and changed rules, the file wins ({0})', items);
    case 'orphans':
      return t('New and changed rules, and revoke those that the files no longer have ({0})', items);
    case 'everything':
      return t('Everything, and revoke also where a whole entity is gone from the files ({0})', items);
  }
}
