import type { SyncOperationResult } from '../models/operation';
import type { SkippedItem } from '../models/plan';
import type { BaseEntry, BaseState } from '../state/baseStore';
import type { AccessPlan, AccessStep } from './accessPlan';
import { entityKeyText, ruleDigest, ruleKeyText } from './accessRule';
import { includedDigest } from './compareAccess';
import type { AccessExport } from './exportAccess';

/** What applying a plan has really done: numbers of the database's answers. */
export interface AccessOutcome {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  /** Entities whose `default_included` was set. */
  readonly entities: number;
  readonly backup?: string;
}

/** `details` of `access_control_sync` (cli-contract.md). */
export interface AccessDetails {
  readonly inserted: number;
  readonly updated: number;
  /** What differs and was left; `left` has each with its reason. */
  readonly skipped: number;
  readonly deleted: number;
  readonly unchanged: number;
  /** Entities opened to everybody, or closed (`default_included`). */
  readonly entities_updated: number;
  readonly left: readonly SkippedItem[];
}

export const nothingDone: AccessOutcome = { inserted: 0, updated: 0, deleted: 0, entities: 0 };

/** The base after a plan was carried out, all of it: what both sides now agree on. Pure. */
export function nextAccessBase(base: BaseState | undefined, plan: AccessPlan): BaseState {
  const next = new Map<string, BaseEntry>(base ?? []);
  for (const key of plan.forget) next.delete(key);
  for (const { key, digest, agreed } of plan.adopt) {
    // Where it is no longer as it was compared, another run has moved it on, and knows better.
    if (next.get(key)?.digest === agreed) next.set(key, { digest });
  }
  for (const step of plan.steps) {
    const { key, digest } = agreedBy(step);
    if (digest === undefined) next.delete(key);
    else next.set(key, { digest });
  }
  return next;
}

/**
 * The base after an export was written to a file that an apply reads: of an entity that is open to everybody, and that the text
 * cannot say it of, the files have given nothing. Else an apply would take the silence for a grant that was taken back. Pure.
 */
export function baseAfterExport(base: BaseState, { lossy }: Pick<AccessExport, 'lossy'>): BaseState {
  const next = new Map(base);
  for (const { what, entity_type: entityType, entity_id: entityId } of lossy) {
    if (what === 'default_included' && entityType !== null && entityId !== null)
      next.delete(entityKeyText({ entityType, entityId }));
  }
  return next;
}

function agreedBy(step: AccessStep): { key: string; digest: string | undefined } {
  if (step.kind === 'entity')
    return { key: entityKeyText(step), digest: step.to ? includedDigest : undefined };
  return { key: ruleKeyText(step), digest: step.wanted && ruleDigest(step.wanted) };
}

export function accessResult(plan: AccessPlan, outcome: AccessOutcome): SyncOperationResult<AccessDetails> {
  const { inserted, updated, deleted, entities, backup } = outcome;
  return {
    operation: 'access_control_sync',
    success: true,
    items_synced: inserted + updated + deleted + entities,
    items_skipped: plan.left.length,
    errors: [],
    details: {
      inserted,
      updated,
      skipped: plan.left.length,
      deleted,
      unchanged: plan.unchanged,
      entities_updated: entities,
      left: plan.left,
    },
    state: { kind: 'completed' },
    plan_id: plan.id,
    ...(backup !== undefined && { backup }),
    warnings: plan.warnings,
  };
}
