import { createHash } from 'node:crypto';
import { netstrings } from '../digest';
import type { PlanTarget, SkippedItem, StepAction, SyncPlan } from '../models/plan';
import type { ExcludedFile } from './excludedFile';
import {
  isConflict,
  type EqualFile,
  type FileDifference,
  type FileOrigin,
  type FilesDiff,
} from './filesDiff';
import type { RemoteState } from './remoteTree';

export type FilesDirection = 'push' | 'pull';
export type FilesSide = 'local' | 'remote';

export interface FilesPlanOptions {
  readonly direction: FilesDirection;
  /** Only these files; all when absent. */
  readonly selected?: ((path: string) => boolean) | undefined;
  /** Files that were named one by one: what allows a deletion that no base speaks for. */
  readonly named?: ReadonlySet<string> | undefined;
  /** Whose version to take, chosen file by file; it overrules what the base says, deletions included. */
  readonly choices?: ReadonlyMap<string, FilesSide> | undefined;
  /** What to do with files changed on both sides, or that differ without an earlier sync. Default `abort`. */
  readonly conflict?: 'abort' | FilesSide | undefined;
  /** Carry deletions over, where the base speaks for it or the file is named. */
  readonly delete?: boolean | undefined;
  /** Files that no archive of the tenant's size can carry, with the reason. */
  readonly unsendable?: ReadonlyMap<string, string> | undefined;
}

/** One change. It refers to what was seen by digest; the executor reads the contents again and checks them. */
export interface FileStep {
  readonly action: StepAction;
  /** Relative to the services directory. */
  readonly path: string;
  readonly origin: FileOrigin;
  /** What the giving side held; undefined for a deletion. */
  readonly digest?: string;
  /** Bytes of that; 0 for a deletion. */
  readonly size: number;
  readonly executable?: boolean;
  /** What the receiving side held; undefined for a creation. */
  readonly expectedDigest?: string;
}

export interface FilesPlan extends SyncPlan<FileStep> {
  readonly operation: 'files_push' | 'files_pull';
  readonly direction: FilesDirection;
  /** Equal files that the apply takes over as base. */
  readonly adopt: readonly EqualFile[];
  /** Base entries of files that exist nowhere any more; the apply drops them. */
  readonly forget: readonly string[];
  readonly excluded: readonly ExcludedFile[];
  readonly unchanged: number;
  /** Bytes of all files that travel, before they are compressed. */
  readonly bytes: number;
  /** Identity of the tenant. */
  readonly tenant: string;
  readonly remote: RemoteState;
}

type Decision = StepAction | Omit<SkippedItem, 'item'>;

/**
 * Turns a diff into a plan. Pure; docs/files.md has the table of what happens to a file, each row is a test. Files that
 * the selection leaves out are not part of the plan at all.
 */
export function planFiles(diff: FilesDiff, target: PlanTarget, options: FilesPlanOptions): FilesPlan {
  const giving: FilesSide = options.direction === 'push' ? 'local' : 'remote';
  const twins = new Map(diff.twins.map(({ path, other }) => [path, other]));
  const steps: FileStep[] = [];
  const left: SkippedItem[] = [];
  for (const item of diff.differences) {
    if (options.selected?.(item.path) === false) continue;
    const decision = checked(decide(item, giving, options), item, diff, options, twins);
    if (typeof decision === 'string') steps.push(toStep(decision, item, giving));
    else left.push({ item: item.path, ...decision });
  }
  for (const { path, kind, reason } of diff.excluded) {
    if (kind !== 'unreadable' || options.selected?.(path) === false) continue;
    left.push({ item: path, kind: 'invalid', reason });
  }
  const operation = options.direction === 'push' ? 'files_push' : 'files_pull';
  return {
    id: planId(operation, diff, target, steps, left),
    operation,
    direction: options.direction,
    target,
    steps,
    left,
    adopt: diff.adopt,
    forget: diff.forget,
    excluded: diff.excluded,
    unchanged: diff.unchanged,
    bytes: steps.reduce((sum, { size }) => sum + size, 0),
    targetItems: giving === 'local' ? diff.remoteCount : diff.localCount,
    sourceItems: giving === 'local' ? diff.localCount : diff.remoteCount,
    tenant: diff.tenant,
    remote: diff.remote,
  };
}

function decide(item: FileDifference, giving: FilesSide, options: FilesPlanOptions): Decision {
  const receiving = giving === 'local' ? 'remote' : 'local';
  const choice = options.choices?.get(item.path);
  if (choice === receiving) return { kind: 'skipped', reason: `kept as it is ${where(receiving)}` };
  const isChosen = choice === giving;
  const onGiving = item[giving] !== undefined;
  const onReceiving = item[receiving] !== undefined;
  if (isChosen) return onGiving ? (onReceiving ? 'update' : 'create') : 'delete';
  if (isConflict(item)) return decideConflict(item, giving, onGiving, onReceiving, options);
  if (onGiving && onReceiving) {
    if (item.origin === giving) return 'update';
    return { kind: 'skipped_modified', reason: `changed ${where(receiving)} only` };
  }
  if (onGiving) {
    if (item.origin !== receiving) return 'create';
    return {
      kind: 'skipped_modified',
      reason: `deleted ${where(receiving)} since the last sync; choose it one by one to send it again`,
    };
  }
  if (options.delete !== true) {
    const how =
      item.origin === giving
        ? `deleted ${where(giving)}; --delete carries that over`
        : `only ${where(receiving)}`;
    return { kind: 'skipped', reason: how };
  }
  if (item.origin === giving || options.named?.has(item.path) === true) return 'delete';
  return {
    kind: 'skipped',
    reason: `only ${where(receiving)}, and no earlier sync says it was deleted ${where(giving)}; name it to delete it`,
  };
}

function decideConflict(
  item: FileDifference,
  giving: FilesSide,
  onGiving: boolean,
  onReceiving: boolean,
  { conflict = 'abort', delete: deletes = false }: FilesPlanOptions,
): Decision {
  const reason = conflictReason(item);
  if (conflict === 'abort') return { kind: 'conflict', reason };
  if (conflict !== giving) return { kind: 'skipped', reason: `${reason}; ${where(conflict)} it is kept` };
  if (onGiving) return onReceiving ? 'update' : 'create';
  return deletes ? 'delete' : { kind: 'conflict', reason: `${reason}; --delete carries the deletion over` };
}

function conflictReason({ origin, local, remote }: FileDifference): string {
  if (origin === 'unknown') return 'differs, and no earlier sync says which side changed; choose a side';
  if (local === undefined) return 'deleted here, and changed on the tenant since the last sync';
  if (remote === undefined) return 'changed here, and deleted on the tenant since the last sync';
  return 'changed on both sides since the last sync';
}

/** What the receiving side cannot take is left, whatever was decided. */
function checked(
  decision: Decision,
  { path }: FileDifference,
  diff: FilesDiff,
  { direction, unsendable }: FilesPlanOptions,
  twins: ReadonlyMap<string, string>,
): Decision {
  if (typeof decision !== 'string') return decision;
  const twin = twins.get(path);
  if (decision === 'create' && twin !== undefined) {
    return {
      kind: 'invalid',
      reason: `${twin} differs from it only by letter case or Unicode form: rename one`,
    };
  }
  if (direction === 'pull') return decision;
  if (decision === 'delete' && !diff.remote.deletions) {
    return { kind: 'skipped', reason: 'this server takes no deletions' };
  }
  const tooLarge = unsendable?.get(path);
  return tooLarge === undefined ? decision : { kind: 'invalid', reason: tooLarge };
}

function toStep(action: StepAction, item: FileDifference, giving: FilesSide): FileStep {
  const from = action === 'delete' ? undefined : item[giving];
  const to = giving === 'local' ? item.remote : item.local;
  return {
    action,
    path: item.path,
    origin: item.origin,
    size: from?.size ?? 0,
    ...(from && { digest: from.digest }),
    ...(giving === 'local' && item.local?.executable === true && { executable: true }),
    ...(to && { expectedDigest: to.digest }),
  };
}

function where(side: FilesSide): string {
  return side === 'local' ? 'here' : 'on the tenant';
}

function planId(
  operation: string,
  diff: FilesDiff,
  target: PlanTarget,
  steps: readonly FileStep[],
  left: readonly SkippedItem[],
): string {
  const hash = createHash('sha256');
  const add = (text: string) => hash.update(netstrings([text]));
  add(operation);
  add(diff.tenant);
  add(target.label);
  for (const { action, path, digest, expectedDigest } of steps)
    add(netstrings([action, path, digest ?? null, expectedDigest ?? null]));
  add('');
  for (const { item, kind, reason } of left) add(netstrings([item, kind, reason]));
  return hash.digest('hex');
}
