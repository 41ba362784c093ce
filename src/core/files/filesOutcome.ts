import type { SyncOperationResult } from '../models/operation';
import type { SkippedItem } from '../models/plan';
import type { BaseEntry, BaseState } from '../state/baseStore';
import type { FilesPlan, FileStep } from './filesPlan';

/** What applying a plan has really done, from the file system or the tenant's own manifest. */
export interface FilesOutcome {
  /** Steps after which both sides hold the step's digest. */
  readonly written: readonly FileStep[];
  readonly deleted: readonly FileStep[];
  /** Steps that there was nothing left to do for: the receiving side is already as they would make it. */
  readonly settled: readonly FileStep[];
  /** Steps that were not carried out: what the plan saw has moved, or the receiving side refused. */
  readonly refused: readonly SkippedItem[];
  readonly requests: number;
  readonly bytesSent: number;
  readonly backup?: string;
  /** The user stopped it between two steps. */
  readonly cancelled: boolean;
  /** What ended it early, after something had been done. */
  readonly failure?: string;
}

export const nothingDone: FilesOutcome = {
  written: [],
  deleted: [],
  settled: [],
  refused: [],
  requests: 0,
  bytesSent: 0,
  cancelled: false,
};

/** `details` of `files_push` and `files_pull` (cli-contract.md), with the keys of either direction. */
export interface FilesDetails {
  readonly uploaded?: readonly string[];
  readonly requests?: number;
  readonly bytes_sent?: number;
  readonly written?: readonly string[];
  readonly deleted: readonly string[];
  readonly unchanged: number;
  readonly conflicts: number;
  readonly excluded: readonly { readonly path: string; readonly reason: string }[];
  /** Every file that was left as it is, with its reason. */
  readonly left: readonly SkippedItem[];
}

/**
 * The base after the outcome: what both sides now agree on. What the plan saw as equal is taken over only where the base is
 * still as it was compared: else another run has moved it on meanwhile, and knows better. Pure.
 */
export function nextBase(base: BaseState | undefined, plan: FilesPlan, outcome: FilesOutcome): BaseState {
  const next = new Map<string, BaseEntry>(base ?? []);
  for (const { path, digest, agreed } of plan.adopt) {
    if (next.get(path)?.digest === agreed) next.set(path, { digest });
  }
  for (const path of plan.forget) next.delete(path);
  for (const { path, digest } of [...outcome.written, ...outcome.deleted, ...outcome.settled]) {
    if (digest === undefined) next.delete(path);
    else next.set(path, { digest });
  }
  return next;
}

export function filesResult(plan: FilesPlan, outcome: FilesOutcome): SyncOperationResult<FilesDetails> {
  const { written, deleted, refused, cancelled, failure } = outcome;
  const done = written.length + deleted.length;
  const left = [...plan.left, ...refused];
  const ended = failure !== undefined || cancelled;
  return {
    operation: plan.operation,
    success: !ended && refused.length === 0,
    items_synced: done,
    items_skipped: left.length,
    errors: [
      ...(failure === undefined ? [] : [failure]),
      ...refused.map(({ item, reason }) => `${item}: ${reason}`),
    ],
    details: filesDetails(plan, outcome),
    state: ended ? { kind: 'partial', completed: done, total: plan.steps.length } : { kind: 'completed' },
    plan_id: plan.id,
    ...(outcome.backup !== undefined && { backup: outcome.backup }),
    warnings: [],
  };
}

export function filesDetails(plan: FilesPlan, outcome: FilesOutcome): FilesDetails {
  const { requests, bytesSent } = outcome;
  const paths = outcome.written.map(({ path }) => path);
  const left = [...plan.left, ...outcome.refused];
  return {
    ...(plan.direction === 'push'
      ? { uploaded: paths, requests, bytes_sent: bytesSent }
      : { written: paths }),
    deleted: outcome.deleted.map(({ path }) => path),
    unchanged: plan.unchanged + outcome.settled.length,
    conflicts: left.filter(({ kind }) => kind === 'conflict').length,
    excluded: plan.excluded.map(({ path, reason }) => ({ path, reason })),
    left,
  };
}

/** A step that could not be carried out because one side is no longer what the plan saw. */
export function movedFile(path: string, what: string): SkippedItem {
  return {
    item: path,
    kind: 'conflict',
    reason: `${what} since the plan was made; nothing was done for it, compare again`,
  };
}
