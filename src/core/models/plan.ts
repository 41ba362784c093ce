/**
 * A plan is plain, serialisable, ordered data. The tree, the dry run, the confirmation and the executor use the same
 * value (design.md rule 1).
 */

export type StepAction = 'create' | 'update' | 'delete';

/** Where the changes go, so that a confirmation can name it and a guard can judge it. */
export interface PlanTarget {
  readonly kind: 'disk' | 'database' | 'tenant';
  /** For people, without secrets: `services/content` or `postgres on db.example.com:5432/app`. */
  readonly label: string;
  /** What has to be typed to confirm a production target; empty for the disk. */
  readonly host: string;
  readonly production: boolean;
}

/** An item that the plan leaves alone, and why. */
export interface SkippedItem {
  readonly item: string;
  readonly kind: 'skipped' | 'skipped_modified' | 'conflict' | 'invalid';
  readonly reason: string;
}

export interface SyncPlan<Step extends { readonly action: StepAction }> {
  /** SHA-256 over what was seen on both sides and what is to be done: the same input gives the same id. */
  readonly id: string;
  readonly operation: string;
  readonly target: PlanTarget;
  readonly steps: readonly Step[];
  readonly left: readonly SkippedItem[];
  /** How many items the receiving side holds now: the mass-deletion guard measures against it. */
  readonly targetItems: number;
  /** How many items the giving side holds: deletions planned from an empty side are stopped. */
  readonly sourceItems: number;
}

export function countActions(steps: readonly { readonly action: StepAction }[]): Record<StepAction, number> {
  const counts: Record<StepAction, number> = { create: 0, update: 0, delete: 0 };
  for (const step of steps) counts[step.action] += 1;
  return counts;
}
