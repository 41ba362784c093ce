import type { PlanTarget } from '../core/models/plan';

interface ShownPlan {
  readonly id: string;
  readonly operation: string;
  readonly target: PlanTarget;
  readonly steps: readonly unknown[];
}

export interface DryRunNumbers {
  /** The counts that the operation's own result has, as they would be. */
  readonly details: object;
  /** Items that a real run would change, and those that it would leave. */
  readonly items_skipped: number;
  readonly warnings?: readonly string[];
}

/** The JSON of a dry run: the result that the operation has, of which nothing was done, and the plan (cli-contract.md). */
export function dryRunDocument(plan: ShownPlan, { details, items_skipped, warnings = [] }: DryRunNumbers) {
  return {
    operation: plan.operation,
    success: true,
    dry_run: true,
    items_synced: 0,
    items_skipped,
    errors: [],
    details,
    state: { kind: 'not_started' },
    plan_id: plan.id,
    warnings,
    target: plan.target,
    steps: plan.steps,
  };
}
