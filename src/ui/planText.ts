import type { GuardAnswers } from '../core/guards';
import { guardsOf } from '../core/guards';
import { countActions, type SkippedItem, type StepAction, type SyncPlan } from '../core/models/plan';
import { inEditorWords } from './editorWords';
import type { Translate } from './translate';

/** What confirmations need of a plan, of whichever domain. */
export type AnyPlan = SyncPlan<PlannedStep>;

export interface PlannedStep {
  readonly action: StepAction;
  readonly item?: string;
  readonly path?: string;
  readonly sourceId?: string;
  readonly slug?: string;
  readonly locale?: string;
  readonly fields?: readonly string[];
}

/** When to ask before something is overwritten; deletions and production targets are always asked about. */
export type ConfirmPolicy = 'always' | 'deletionsOnly';

export function needsConfirmation({ steps, target }: AnyPlan, policy: ConfirmPolicy): boolean {
  const { update, delete: deletes } = countActions(steps);
  if (deletes > 0) return true;
  return update > 0 && (policy === 'always' || target.production);
}

/** `1 to create, 2 to overwrite`; empty for an empty plan. */
export function planCounts(t: Translate, { steps }: AnyPlan): string {
  const { create, update, delete: deletes } = countActions(steps);
  const parts = [
    create > 0 ? t('{0} to create', create) : '',
    update > 0 ? t('{0} to overwrite', update) : '',
    deletes > 0 ? t('{0} to delete', deletes) : '',
  ];
  return parts.filter(Boolean).join(', ');
}

const listedSteps = 10;

/** The lines under a question: what has to be known first, where it goes, how much, and the first items by name; destructive ones come first. */
export function planDetail(
  t: Translate,
  plan: AnyPlan,
  forced?: Forced,
  notes: readonly string[] = [],
): string {
  const steps = [...plan.steps].sort((left, right) => severity(right.action) - severity(left.action));
  const rest = steps.length - listedSteps;
  return [
    ...(notes.length === 0 ? [] : [...notes, '']),
    t('{0} in {1}. Old values go to a backup first.', planCounts(t, plan), plan.target.label),
    '',
    ...steps.slice(0, listedSteps).map((step) => `${actionWord(t, step.action)} ${stepName(t, step)}`),
    ...(rest > 0 ? [t('and {0} more', rest)] : []),
    ...(forced === undefined ? [] : ['', forcedNote(t, forced)]),
  ].join('\n');
}

/** Items that are part of the wider of two plans only. */
export interface Forced {
  readonly items: number;
  /** The button that includes them. */
  readonly accept: string;
  /** Says so in words of its own. */
  readonly note?: string;
}

function forcedNote(t: Translate, { items, accept, note }: Forced): string {
  if (note !== undefined) return note;
  return t(
    'Not known to have changed on this side alone: {0}. That is written only with "{1}", over what the other side holds.',
    items,
    accept,
  );
}

/** Creations lose nothing; deletions deserve the first look. */
function severity(action: StepAction): number {
  return { create: 0, update: 1, delete: 2 }[action];
}

function actionWord(t: Translate, action: StepAction): string {
  switch (action) {
    case 'create':
      return t('create');
    case 'update':
      return t('overwrite');
    case 'delete':
      return t('delete');
  }
}

function stepName(t: Translate, { item, path, sourceId, slug, locale, fields }: PlannedStep): string {
  const name = item ?? path ?? [sourceId ?? '', slug === '' ? t('(empty slug)') : slug].join('/');
  const suffix =
    path === undefined && item === undefined && locale !== 'en' && locale !== undefined ? ` (${locale})` : '';
  return `${name}${suffix}${fields !== undefined && fields.length > 0 ? `: ${fields.join(', ')}` : ''}`;
}

/** Something that has to be typed before a plan is carried out. */
export interface TypedConfirmation {
  readonly prompt: string;
  readonly expected: string;
  readonly answers: GuardAnswers;
}

/**
 * One for each guard that the plan runs into (design.md rule 5).
 * @param summary what the plan does to its target, in a few words
 */
export function typedConfirmations(
  t: Translate,
  plan: AnyPlan,
  summary = planCounts(t, plan),
): TypedConfirmation[] {
  return guardsOf(plan).map((guard) => {
    switch (guard.name) {
      case 'productionTarget':
        return {
          prompt: t(
            '{0} counts as production ({1}). Type {2} to go on.',
            guard.target.label,
            summary,
            guard.target.host,
          ),
          expected: guard.target.host,
          answers: { confirmTarget: guard.target.host },
        };
      case 'massDeletion':
        return {
          prompt: t('This deletes {0} of {1} items. Type {0} to go on.', guard.deletes, guard.of),
          expected: String(guard.deletes),
          answers: { allowMassDelete: guard.deletes },
        };
      case 'emptySource':
        return {
          prompt: t('The other side is empty: this deletes {0} items. Type {0} to go on.', guard.deletes),
          expected: String(guard.deletes),
          answers: { allowMassDelete: guard.deletes },
        };
    }
  });
}

/** The document behind "Show Details": every item that was left as it is, and why. */
export function leftDocument(
  t: Translate,
  title: string,
  left: readonly SkippedItem[],
  warnings: readonly string[],
): string {
  const items = left.map(({ item, reason }) => `- ${item}: ${inEditorWords(reason)}`);
  const notes =
    warnings.length === 0
      ? []
      : ['', `## ${t('Warnings')}`, '', ...warnings.map((warning) => `- ${warning}`)];
  const heading = items.length === 0 ? [] : [`## ${t('Left as they were')}`, '', ...items];
  return [`# ${title}`, '', ...heading, ...notes, ''].join('\n');
}
