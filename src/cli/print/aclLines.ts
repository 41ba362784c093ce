import type { AccessDetails } from '../../core/accessControl/accessOutcome';
import type { AccessPlan, AccessStep } from '../../core/accessControl/accessPlan';
import type { AccessDiffReport, DecisionReport, RuleReport } from '../../core/accessControl/accessReport';
import type { PendingExplanation } from '../../core/accessControl/accessControlLocalSync';
import type { AccessExplanation } from '../../core/accessControl/explainAccess';
import { describeEntity, describeRule } from '../../core/accessControl/accessRule';
import { describeProblem } from '../../core/describeProblem';
import type { SyncOperationResult } from '../../core/models/operation';
import type { SkippedItem } from '../../core/models/plan';

export function diffLines(report: AccessDiffReport): string[] {
  const {
    inserted,
    updated,
    deleted,
    unmanaged,
    unmanaged_entities,
    entities,
    invalid,
    warnings,
    unchanged,
  } = report;
  const problems = (word: string, list: AccessDiffReport['invalid']) =>
    list.map((problem) => `${word}${describeProblem(problem)}`);
  const others = Object.entries(report.other_rules).map(([type, count]) => `${count} ${type}`);
  return [
    ...problems('invalid: ', invalid),
    ...inserted.map((rule) => ruleLine('inserted', rule)),
    ...updated.map((rule) => ruleLine('updated', rule, `${rule.database?.access} in the database`)),
    ...deleted.map((rule) => ruleLine('deleted', rule, `with --${rule.needs?.replace('_', '-')}`)),
    ...entities.map(
      ({ entity_type, entity_id, default_included: { from, to } }) =>
        `  default   ${entity_type}/${entity_id}: default_included ${from} to ${to}`,
    ),
    ...unmanaged.map((rule) => ruleLine('unmanaged', rule, `from ${rule.source}`)),
    ...unmanaged_entities.map(
      ({ entity_type, entity_id, source }) =>
        `  unmanaged ${entity_type}/${entity_id}: default_included true  (from ${source})`,
    ),
    ...report.decisions.map(decisionLine),
    ...problems('warning: ', warnings),
    ...report.other_files.map((path) => `left alone: ${path}`),
    ...(others.length > 0 ? [`Other rules, never touched: ${others.join(', ')}.`] : []),
    report.in_sync
      ? `In sync: ${unchanged} rules.`
      : `${inserted.length} inserted, ${updated.length} updated, ${deleted.length} deleted, ${entities.length} entities, ` +
        `${unmanaged.length} unmanaged, ${invalid.length} invalid, ${unchanged} unchanged.`,
  ];
}

function ruleLine(word: string, rule: RuleReport, remark?: string): string {
  const remarks = [remark, rule.place].filter((part) => part !== undefined);
  const shown = remarks.length > 0 ? `  (${remarks.join('; ')})` : '';
  return `  ${word.padEnd(9)} ${rule.entity_type}/${rule.entity_id} ${rule.access} ${rule.role}${shown}`;
}

function decisionLine({ entity_type, entity_id, text }: DecisionReport): string {
  return `  ${entity_type}/${entity_id}: ${text}`;
}

export function planLines(plan: AccessPlan, decisions: readonly DecisionReport[]): string[] {
  return [
    ...plan.steps.map(stepLine),
    ...plan.left.map(leftLine),
    ...decisions.map(decisionLine),
    ...plan.warnings.map((warning) => `warning: ${warning}`),
    `Plan ${plan.id.slice(0, 12)} for ${plan.target.label}: ${plan.steps.length} changes, ${plan.left.length} left, ` +
      `${plan.unchanged} equal. Nothing was changed.`,
  ];
}

function stepLine(step: AccessStep): string {
  if (step.kind === 'entity') return `  ${step.action}  ${describeEntity(step)}: default_included ${step.to}`;
  const { wanted, stored } = step;
  const said = wanted ? wanted.access : `was ${stored?.access}`;
  return `  ${step.action.padEnd(7)} ${describeRule(step)}: ${said}`;
}

function leftLine({ item, reason }: SkippedItem): string {
  return `  left    ${item}: ${reason}`;
}

export function resultLines(result: SyncOperationResult<AccessDetails>): string[] {
  const { details } = result;
  if (!details) return [];
  return [
    ...details.left.map(leftLine),
    ...result.warnings.map((warning) => `warning: ${warning}`),
    `${details.inserted} inserted, ${details.updated} updated, ${details.deleted} deleted, ` +
      `${details.entities_updated} entities, ${details.unchanged} unchanged, ${details.skipped} skipped.`,
    ...(result.backup === undefined ? [] : [`Old values are in backup ${result.backup}.`]),
  ];
}

const reasons: Readonly<Record<AccessExplanation['reason'], string>> = {
  rule: 'by a rule',
  defaultIncluded: 'the entity is open to everybody (default_included)',
  unknownEntity: 'the database does not know this entity',
  closedByOwnRules: 'it has rules, and none of them fits',
  notAssigned: 'no rule fits, and it is not open to everybody',
};

export function explanationLines(explained: PendingExplanation): string[] {
  const { pending } = explained;
  return [
    `${describeEntity(explained.entity)}: ${decisionText(explained)}`,
    ...explained.may_depend_on.map((other) => `  may depend on ${other}`),
    `  read as servers ${explained.generation === '0.12' ? 'of 0.12' : 'newer than 0.12'} do`,
    ...explained.notes.map((note) => `  ${note}`),
    ...(pending ? [`  once the files are applied, all of them: ${decisionText(pending)}`] : []),
  ];
}

function decisionText({ decision, reason, rule, may_depend_on }: AccessExplanation): string {
  const by = rule ? `${rule.ruleType} rule for ${rule.ruleValue}` : reasons[reason];
  return `${decision}${may_depend_on.length > 0 ? ', as far as its own rules tell' : ''} (${by})`;
}
