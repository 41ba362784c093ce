import type { ContentDirection, ContentPlan, ContentStep } from './contentPlan';
import { contentKeyText } from '../models/content';
import type { SkippedItem } from '../models/plan';
import type { SyncOperationResult } from '../models/operation';
import type { BaseEntry, BaseState } from '../state/baseStore';

/** What applying a plan has really done, from the answers of the database and the file system. */
export interface ContentOutcome {
  readonly created: readonly AgreedItem[];
  readonly updated: readonly AgreedItem[];
  readonly deleted: readonly ContentStep[];
  /** Steps that were not carried out: what the plan saw has moved, or the receiving side refused. */
  readonly refused: readonly SkippedItem[];
  readonly warnings: readonly string[];
  readonly backup?: string;
  readonly cancelled: boolean;
}

/** A step after which both sides hold the same digest, and the file that holds it. */
export interface AgreedItem {
  readonly step: ContentStep;
  readonly digest: string;
  readonly path: string;
}

/** `details` of `content_to_db` and `content_to_disk` (cli-contract.md); every planned item is in exactly one count. */
export interface ContentDetails {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly skipped_modified: number;
  readonly deleted: number;
  readonly invalid: number;
  readonly conflicts: number;
  readonly skipped: number;
  /** Every item that was left as it is, with its reason. */
  readonly left: readonly SkippedItem[];
}

/**
 * The base after the outcome: what both sides now agree on. What the plan saw as equal is taken over only where the base is
 * still as it was compared: else another run has moved it on meanwhile, and knows better. Pure.
 */
export function nextBase(base: BaseState | undefined, plan: ContentPlan, outcome: ContentOutcome): BaseState {
  const next = new Map<string, BaseEntry>(base ?? []);
  for (const { digest, path, agreed, ...key } of plan.adopt) {
    const text = contentKeyText(key);
    if (next.get(text)?.digest === agreed) next.set(text, { digest, path });
  }
  for (const key of plan.forget) next.delete(key);
  for (const { step, digest, path } of [...outcome.created, ...outcome.updated]) {
    next.set(contentKeyText(step), { digest, path });
  }
  for (const step of outcome.deleted) next.delete(contentKeyText(step));
  return next;
}

export function contentResult(
  plan: ContentPlan,
  outcome: ContentOutcome,
): SyncOperationResult<ContentDetails> {
  const left = [...plan.left, ...outcome.refused];
  const done = outcome.created.length + outcome.updated.length + outcome.deleted.length;
  return {
    operation: operationOf(plan.direction),
    success: !outcome.cancelled && outcome.refused.length === 0,
    items_synced: done,
    items_skipped: left.length,
    errors: outcome.refused.map(({ item, reason }) => `${item}: ${reason}`),
    details: {
      created: outcome.created.length,
      updated: outcome.updated.length,
      unchanged: plan.adopt.length,
      deleted: outcome.deleted.length,
      ...leftDetails(left),
    },
    state: outcome.cancelled
      ? { kind: 'partial', completed: done, total: plan.steps.length }
      : { kind: 'completed' },
    plan_id: plan.id,
    ...(outcome.backup !== undefined && { backup: outcome.backup }),
    warnings: outcome.warnings,
  };
}

/** The part of `details` that says what stays as it is, for a dry run and for the real one. */
export function leftDetails(
  left: readonly SkippedItem[],
): Pick<ContentDetails, 'skipped_modified' | 'invalid' | 'conflicts' | 'skipped' | 'left'> {
  const count = (kind: SkippedItem['kind']) => left.filter((item) => item.kind === kind).length;
  return {
    skipped_modified: count('skipped_modified'),
    invalid: count('invalid'),
    conflicts: count('conflict'),
    skipped: count('skipped'),
    left,
  };
}

export function operationOf(direction: ContentDirection): 'content_to_db' | 'content_to_disk' {
  return direction === 'to-db' ? 'content_to_db' : 'content_to_disk';
}

/** A step that could not be carried out because one side is no longer what the plan saw. */
export function movedItem(step: ContentStep, what: string): SkippedItem {
  return {
    item: step.path ?? `${step.sourceId}/${step.slug}`,
    kind: 'conflict',
    reason: `${what} since the plan was made; nothing was done for it, compare again`,
  };
}
