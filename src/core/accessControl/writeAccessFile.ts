import { readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative, sep } from 'node:path';
import { netstrings, sha256 } from '../digest';
import type { PlanTarget, SyncPlan } from '../models/plan';
import type { RunContext } from '../ports';
import { createBackupStore } from '../state/backupStore';
import { swapFiles } from '../state/fileSwap';
import { ioError } from '../state/ioReason';
import type { ProjectLock } from '../state/projectLock';
import type { StateDirectory } from '../state/stateDirectory';
import { errnoOf, SyncError } from '../syncError';
import type { AccessExport } from './exportAccess';

/** One file to be written; the editor shows `before` and `content` side by side. */
export interface AccessFileStep {
  readonly action: 'create' | 'update';
  /** Absolute. */
  readonly path: string;
  readonly before: string | null;
  /** SHA-256 of the file as it was seen; null when it did not exist. */
  readonly expect: string | null;
  readonly content: string;
}

/** Writing an export to a file: looked at, confirmed and backed up like every other change. */
export interface AccessFilePlan extends SyncPlan<AccessFileStep> {
  readonly operation: 'access_control_export';
  /** Absolute. */
  readonly path: string;
  readonly exported: AccessExport;
}

/** @param path absolute. @throws SyncError `io` */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw ioError(`Could not read ${path}`, error);
  }
}

/** Pure. A file that says it already needs no step. */
export function planAccessFile(
  path: string,
  before: Buffer | undefined,
  exported: AccessExport,
): AccessFilePlan {
  const target: PlanTarget = { kind: 'disk', label: path, host: '', production: false };
  const expect = before ? sha256(before) : null;
  const same = expect === sha256(exported.yaml);
  const step: AccessFileStep = {
    action: before ? 'update' : 'create',
    path,
    before: before?.toString('utf8') ?? null,
    expect,
    content: exported.yaml,
  };
  return {
    id: sha256(netstrings([path, expect, exported.yaml])),
    operation: 'access_control_export',
    path,
    target,
    steps: same ? [] : [step],
    left: [],
    targetItems: 1,
    sourceItems: Math.max(1, exported.rules),
    exported,
  };
}

export interface WriteAccessFileInput {
  readonly plan: AccessFilePlan;
  readonly state: StateDirectory;
  readonly lock: ProjectLock;
  readonly context: RunContext;
  readonly keepBackups: number;
}

/**
 * Writes the file, with its old bytes in a backup first.
 * @returns the id of the backup, when something was overwritten
 * @throws SyncError `invalidInput` for a file outside of the project that exists, `conflict` when it has changed since, `io`
 */
export async function writeAccessFile(input: WriteAccessFileInput): Promise<string | undefined> {
  const { plan, state, lock, context } = input;
  const [step] = plan.steps;
  if (!step) return undefined;
  const inside = pathBelow(state.projectRoot, step.path);
  if (inside === undefined && step.before !== null) {
    throw new SyncError(
      'invalidInput',
      `${step.path} exists, and lies outside of the project: it is not written over.`,
      {
        hint: 'Name a new file, or one of the project.',
      },
    );
  }
  const backups = createBackupStore(state, { keep: input.keepBackups });
  const writer = backups.begin({ operation: plan.operation, target: 'disk', now: context.now() });
  try {
    if (inside !== undefined && step.before !== null) {
      const bytes = await readFile(step.path);
      if (sha256(bytes) !== step.expect) throw changed(step.path);
      await writer.addFile({ path: inside, bytes, after: sha256(step.content) });
    }
    let backup: string | undefined;
    const root = inside === undefined ? dirname(step.path) : state.projectRoot;
    const path = inside ?? basename(step.path);
    const change = { path, content: Buffer.from(step.content), expect: step.expect };
    const beforeSwap = async () => {
      backup = await writer.commit();
    };
    const { applied, refused } = await swapFiles({
      state,
      lock,
      root,
      changes: [change],
      context,
      beforeSwap,
    });
    if (applied.length === 0)
      throw refused[0] ? refusal(step.path, refused[0].reason) : new SyncError('cancelled', 'Cancelled.');
    await backups.prune();
    return backup;
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

function changed(path: string): SyncError {
  return new SyncError('conflict', `${path} has changed since the plan was made. Nothing was written.`);
}

function refusal(path: string, reason: string): SyncError {
  return new SyncError('conflict', `${path} was not written: ${reason}.`, { details: { path } });
}

/** With `/`; undefined for what lies outside. */
function pathBelow(folder: string, path: string): string | undefined {
  const way = relative(folder, path);
  return way === '' || way.startsWith('..') || isAbsolute(way) ? undefined : way.split(sep).join('/');
}
