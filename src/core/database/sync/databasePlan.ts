import { netstrings, sha256 } from '../../digest';
import type { PlanTarget, SkippedItem, StepAction, SyncPlan } from '../../models/plan';
import type { DatabaseSyncOptions } from './syncOptions';
import { homeKinds, syncTables, type SyncArea } from './syncTables';

/** One row to be written. It refers to what was seen by digest; the executor compares both sides again. */
export interface DatabaseStep {
  readonly action: Exclude<StepAction, 'delete'>;
  readonly area: SyncArea;
  readonly key: string;
  /** The name of the user or context, for people. */
  readonly label: string;
  /** Columns that differ and are written; empty for a new row. */
  readonly columns: readonly string[];
  /** Protected columns that differ and stay as the target has them. */
  readonly kept: readonly string[];
  /** Digest of verdict, source row and target row: what tells that one of them has moved. */
  readonly seen: string;
}

/** A row that is left alone. */
export interface LeftRow extends SkippedItem {
  readonly area: SyncArea;
  readonly key: string;
  readonly label: string;
  readonly columns: readonly string[];
}

export interface AreaPlan {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly skipped: number;
  /** Stay home: anonymous users and the like, and their contexts. */
  readonly home: number;
  /** Rows to be written whose protected columns change. */
  readonly protectedChanges: number;
  /** Per group: digest over the rows to be written. The plan stays small however many rows it has. */
  readonly seen: Readonly<Record<string, string>>;
  readonly sourceOnly: readonly string[];
  readonly targetOnly: readonly string[];
}

/**
 * `steps` and `left` name the first `listedRows` rows of each table; `areas` counts all of them. `sourceItems` and
 * `targetItems` are rows of both tables.
 */
export interface DatabasePlan extends SyncPlan<DatabaseStep> {
  readonly operation: 'database_push' | 'database_pull';
  readonly options: DatabaseSyncOptions;
  readonly source: string;
  readonly areas: Readonly<Record<SyncArea, AreaPlan>>;
  readonly left: readonly LeftRow[];
  /** True when rows to be written are not all named in `steps`. */
  readonly truncated: boolean;
  /** What has to be said before anybody is asked: protected columns, or a large part of the target. */
  readonly callouts: readonly string[];
  readonly warnings: readonly string[];
}

/** So many rows of each kind and table are named one by one. */
export const listedRows = 2_000;

export interface PlanParts {
  readonly options: DatabaseSyncOptions;
  readonly source: string;
  readonly target: PlanTarget;
  readonly sourceItems: number;
  readonly targetItems: number;
  readonly areas: Readonly<Record<SyncArea, AreaPlan>>;
  readonly steps: readonly DatabaseStep[];
  readonly left: readonly LeftRow[];
}

/** Puts a plan together. Pure. */
export function databasePlan({
  options,
  source,
  target,
  sourceItems,
  targetItems,
  areas,
  steps,
  left,
}: PlanParts): DatabasePlan {
  const writes = syncTables.reduce((sum, { area }) => sum + areas[area].created + areas[area].updated, 0);
  return {
    id: planId(options, source, target, areas, left),
    operation: operationOf(options),
    options,
    source,
    target,
    areas,
    steps,
    left,
    truncated: steps.length < writes,
    targetItems,
    sourceItems,
    callouts: callouts(areas, target, targetItems),
    warnings: warnings(areas),
  };
}

export function operationOf({
  direction,
}: Pick<DatabaseSyncOptions, 'direction'>): DatabasePlan['operation'] {
  return direction === 'push' ? 'database_push' : 'database_pull';
}

/** True when nothing is to be written and nothing was left: rows that stay home or that only the target has do not count. */
export function isInSync({ areas }: DatabasePlan): boolean {
  return syncTables.every(
    ({ area }) => areas[area].created + areas[area].updated + areas[area].skipped === 0,
  );
}

/** The plan with a step for every row, named or not: for those who count steps (guards, questions). */
export function withAllSteps(plan: DatabasePlan): SyncPlan<{ readonly action: StepAction }> {
  if (!plan.truncated) return plan;
  const count = (pick: 'created' | 'updated') =>
    syncTables.reduce((sum, { area }) => sum + plan.areas[area][pick], 0);
  const create = { action: 'create' } as const;
  const update = { action: 'update' } as const;
  const steps = [
    ...new Array<typeof create>(count('created')).fill(create),
    ...new Array<typeof update>(count('updated')).fill(update),
  ];
  return { ...plan, steps };
}

function callouts(areas: DatabasePlan['areas'], target: PlanTarget, targetItems: number): string[] {
  const found: string[] = [];
  const { protectedChanges } = areas.users;
  if (protectedChanges > 0) {
    found.push(
      `This changes name, e-mail, roles, status or e-mail verification of ${protectedChanges} ${protectedChanges === 1 ? 'user' : 'users'} in ${target.label}.`,
    );
  }
  const overwritten = areas.users.updated + areas.contexts.updated;
  if (overwritten > targetItems / 4) {
    found.push(
      `This overwrites ${overwritten} of the ${targetItems} rows in ${target.label}: more than a quarter.`,
    );
  }
  return found;
}

function warnings(areas: DatabasePlan['areas']): string[] {
  const found: string[] = [];
  for (const { area, name } of syncTables) {
    const { sourceOnly, targetOnly } = areas[area];
    if (sourceOnly.length > 0)
      found.push(`${name}: only the source has ${sourceOnly.join(', ')}; not carried.`);
    if (targetOnly.length > 0)
      found.push(
        `${name}: only the target has ${targetOnly.join(', ')}; kept, and new rows get the default.`,
      );
  }
  if (areas.contexts.created > 0) {
    found.push(
      'Contexts travel without their messages; a server that runs cleanup_empty_contexts may delete new ones within hours.',
    );
  }
  return found;
}

function planId(
  options: DatabaseSyncOptions,
  source: string,
  target: PlanTarget,
  areas: DatabasePlan['areas'],
  left: readonly LeftRow[],
): string {
  const { direction, conflict, includeProtected, include = [], batch, from } = options;
  const chosen = homeKinds.filter((kind) => include.includes(kind)).join(',');
  const seen = syncTables.flatMap(({ area }) => {
    const { created, updated, unchanged, skipped, home } = areas[area];
    const groups = Object.entries(areas[area].seen)
      .sort(([a], [b]) => Number(a) - Number(b))
      .flat();
    return [area, [created, updated, unchanged, skipped, home].join(' '), ...groups];
  });
  const passedOver = left.map(({ area, key, reason }) => netstrings([area, key, reason]));
  return sha256(
    netstrings([
      direction,
      conflict ?? null,
      String(includeProtected ?? false),
      chosen,
      String(batch ?? 0),
      from ?? null,
      source,
      target.label,
      ...seen,
      '',
      ...passedOver,
    ]),
  );
}
