import * as vscode from 'vscode';
import type { GuardAnswers } from '../core/guards';
import { SyncError } from '../core/syncError';
import type { MoveWords } from './messages';
import {
  needsConfirmation,
  planDetail,
  typedConfirmations,
  type AnyPlan,
  type ConfirmPolicy,
  type Forced,
} from './planText';
import type { Translate } from './translate';

/** A plan that does what is known to be safe, and optionally one that also lets the giving side win elsewhere. */
export interface PlanChoice<Plan extends AnyPlan> {
  readonly plan: Plan;
  readonly bolder?: { readonly plan: Plan; readonly forced: number };
}

export interface Confirmed<Plan extends AnyPlan> {
  readonly plan: Plan;
  readonly answers: GuardAnswers;
}

interface Asking {
  readonly t: Translate;
  readonly words: Pick<MoveWords, 'question' | 'accept' | 'acceptAll' | 'forced'>;
  readonly policy: ConfirmPolicy;
  /** What has to be read before the counts: what a plan grants to whom, which columns it overwrites. */
  readonly notes?: readonly string[];
  /** Of a plan whose steps are no items: what stands for their list and for their counts. Such a plan is always asked about. */
  readonly telling?: { readonly detail: string; readonly summary: string };
}

/**
 * Asks what a plan needs asking, and nothing else: one modal where something is overwritten or deleted, or where there is a
 * choice; then what production targets and mass deletions want typed.
 * @throws SyncError `cancelled` when the answer is no
 */
export async function confirmPlan<Plan extends AnyPlan>(
  { plan, bolder }: PlanChoice<Plan>,
  asking: Asking,
): Promise<Confirmed<Plan>> {
  const { policy, notes = [], telling } = asking;
  const isSpecial = bolder !== undefined || notes.length > 0 || telling !== undefined;
  const asked = isSpecial || needsConfirmation(plan, policy);
  const chosen = asked ? await askWhichPlan(plan, bolder, asking) : plan;
  return { plan: chosen, answers: await askTyped(chosen, asking) };
}

async function askWhichPlan<Plan extends AnyPlan>(
  plan: Plan,
  bolder: PlanChoice<Plan>['bolder'],
  { t, words, notes = [], telling }: Asking,
): Promise<Plan> {
  const widest = bolder?.plan ?? plan;
  const accept = plan.steps.length > 0 ? [words.accept] : [];
  const acceptAll = bolder === undefined ? undefined : words.acceptAll(bolder.plan.steps.length);
  const forced = bolder && acceptAll !== undefined ? forcedOf(words, bolder.forced, acceptAll) : undefined;
  const detail = telling?.detail ?? planDetail(t, widest, forced, notes);
  const answer = await vscode.window.showWarningMessage(
    words.question(widest.steps.length),
    { modal: true, detail },
    ...(acceptAll === undefined ? accept : [...accept, acceptAll]),
  );
  if (answer === undefined) throw new SyncError('cancelled', 'Not confirmed.');
  return bolder !== undefined && answer === acceptAll ? bolder.plan : plan;
}

function forcedOf({ forced }: Asking['words'], items: number, accept: string): Forced {
  const note = forced?.(items, accept);
  return { items, accept, ...(note !== undefined && { note }) };
}

async function askTyped(plan: AnyPlan, { t, telling }: Asking): Promise<GuardAnswers> {
  let answers: GuardAnswers = {};
  for (const { prompt, expected, answers: given } of typedConfirmations(t, plan, telling?.summary)) {
    const typed = await vscode.window.showInputBox({
      title: t('Confirm'),
      prompt,
      placeHolder: expected,
      ignoreFocusOut: true,
      validateInput: (value) => (value === expected ? undefined : t('Type {0} exactly.', expected)),
    });
    if (typed !== expected) throw new SyncError('cancelled', 'Not confirmed.');
    answers = { ...answers, ...given };
  }
  return answers;
}
