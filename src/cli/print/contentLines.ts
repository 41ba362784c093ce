import { countContent, statusOf } from '../../core/content/contentReport';
import type { ContentDetails } from '../../core/content/contentOutcome';
import type { ContentPlan, ContentStep } from '../../core/content/contentPlan';
import type { ContentDiff, ContentDifference, SourceDiff } from '../../core/models/contentDiff';
import { describeProblem } from '../../core/describeProblem';
import type { SyncOperationResult } from '../../core/models/operation';
import { countActions, type SkippedItem } from '../../core/models/plan';

/** What `content diff` tells people: a block per source, then one line that says it all. */
export function diffLines(diff: ContentDiff): string[] {
  const counts = countContent(diff);
  const lines = diff.sources.flatMap(sourceLines);
  for (const warning of diff.warnings) lines.push(`warning: ${describeProblem(warning)}`);
  lines.push(
    diff.inSync
      ? `In sync: ${counts.unchanged} items.`
      : `${counts.added} added, ${counts.modified} modified, ${counts.removed} removed, ${counts.conflicts} conflicts, ` +
          `${counts.invalid} invalid, ${counts.unchanged} unchanged.`,
  );
  return lines;
}

function sourceLines(source: SourceDiff): string[] {
  const items = source.differences.map(differenceLine);
  const invalid = source.invalid.map(({ problem }) => `  invalid   ${describeProblem(problem)}`);
  if (items.length + invalid.length === 0) return [];
  return [`${source.name} (${source.path})`, ...items, ...invalid];
}

function differenceLine(item: ContentDifference): string {
  const word = item.kind === 'conflict' ? 'conflict' : statusOf(item).toLowerCase();
  const notes = [item.fields?.join(', '), item.kind === 'conflict' ? item.reason : originNote(item)].filter(
    (note) => note !== undefined && note !== '',
  );
  return `  ${word.padEnd(9)} ${name(item)}${notes.length > 0 ? `  (${notes.join('; ')})` : ''}`;
}

function originNote({ origin, kind }: ContentDifference): string | undefined {
  if (origin === 'unknown' || origin === 'both') return undefined;
  if (kind === 'modified') return `changed ${origin === 'disk' ? 'on disk' : 'in the database'}`;
  if (kind === 'added' && origin === 'database') return 'deleted in the database';
  if (kind === 'removed' && origin === 'disk') return 'deleted on disk';
  return undefined;
}

function name({ slug, locale }: { readonly slug: string; readonly locale: string }): string {
  const shown = slug === '' ? '(empty slug)' : slug;
  return locale === 'en' ? shown : `${shown} [${locale}]`;
}

export function planLines(plan: ContentPlan): string[] {
  const { create, update, delete: deletes } = countActions(plan.steps);
  return [
    ...plan.steps.map(stepLine),
    ...plan.left.map(leftLine),
    `Plan ${plan.id.slice(0, 12)} for ${plan.target.label}: ${create} to create, ${update} to update, ${deletes} to delete, ` +
      `${plan.left.length} left, ${plan.adopt.length} equal. Nothing was changed.`,
  ];
}

function stepLine(step: ContentStep): string {
  const fields = step.fields ? `  (${step.fields.join(', ')})` : '';
  return `  ${step.action.padEnd(9)} ${step.sourceId}/${name(step)}${fields}`;
}

function leftLine({ item, kind, reason }: SkippedItem): string {
  return `  ${kind === 'skipped_modified' ? 'left' : kind.padEnd(9)} ${item}: ${reason}`;
}

export function resultLines(result: SyncOperationResult<ContentDetails>): string[] {
  const { details } = result;
  if (!details) return [];
  return [
    ...details.left.map(leftLine),
    ...result.warnings.map((warning) => `warning: ${warning}`),
    `${details.created} created, ${details.updated} updated, ${details.deleted} deleted, ${details.unchanged} unchanged, ` +
      `${details.left.length} left.`,
    ...(result.backup === undefined ? [] : [`Old values are in backup ${result.backup}.`]),
  ];
}
