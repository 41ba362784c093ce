import { answerRestore } from '../answerRestore';
import type { FileSyncService } from '../../core/files/fileSyncService';
import { archiveLimitsFrom, type ArchiveLimits } from '../../core/files/archive/archiveLimits';
import { filesDetails, nothingDone, type FilesDetails } from '../../core/files/filesOutcome';
import type { FilesDirection, FilesPlan, FilesPlanOptions, FilesSide } from '../../core/files/filesPlan';
import { filesDiffReport } from '../../core/files/filesReport';
import { selectPaths } from '../../core/files/pathSelection';
import type { SyncOperationResult } from '../../core/models/operation';
import type { Project } from '../../core/project/project';
import { confirmPlan } from '../confirmPlan';
import { dryRunDocument } from '../dryRun';
import { exitCodeOfApply, exitCodes, type ExitCode } from '../exitCodes';
import { openFileSync } from '../openFileSync';
import { diffLines, planLines, resultLines } from '../print/filesLines';
import { openProject, openProjectToChange, type Command, type Session } from '../session';
import { warnOfExpiry } from '../warnOfExpiry';

export interface FilesDiffOptions {
  readonly path?: readonly string[];
}

export interface FilesApplyOptions extends FilesDiffOptions, ArchiveLimitOptions {
  readonly conflict?: 'abort' | FilesSide;
  readonly delete?: boolean;
}

/** What an archive of the tenant may cost; cli options of `push` and `pull`. */
export interface ArchiveLimitOptions {
  readonly maxEntries?: number;
  readonly maxFileSize?: number;
  readonly maxArchiveSize?: number;
  readonly maxRatio?: number;
}

export function limitsOf(options: ArchiveLimitOptions): ArchiveLimits {
  return archiveLimitsFrom({
    entries: options.maxEntries,
    fileMegabytes: options.maxFileSize,
    totalMegabytes: options.maxArchiveSize,
    ratio: options.maxRatio,
  });
}

export interface FilesRestoreOptions {
  readonly override?: boolean;
}

export const filesDiff: Command<FilesDiffOptions> = (session, { path = [] }) =>
  withFiles(session, openProject, async (service) => {
    const { selected } = selectPaths(path);
    const whole = await service.diff();
    const differences = whole.differences.filter((item) => selected(item.path));
    const isAll = differences.length === whole.differences.length;
    const diff = { ...whole, differences, inSync: isAll ? whole.inSync : differences.length === 0 };
    session.output.answer(filesDiffReport(diff), diffLines(diff));
    return diff.inSync ? exitCodes.done : exitCodes.differences;
  });

/** `files push` and `files pull`: plan, ask, apply. */
export function filesApply(direction: FilesDirection): Command<FilesApplyOptions> {
  return (session, options) =>
    withFiles(
      session,
      openProjectToChange,
      async (service) => {
        const plan = await service.plan(await service.diff(), { ...planOptions(options), direction });
        if (session.options.dryRun) return answerPlan(session, plan);
        const result = await service.apply(plan, await confirmPlan(plan, session));
        session.output.answer(result, resultLines(result));
        return filesExitCode(result, session);
      },
      limitsOf(options),
    );
}

export const filesBackups: Command<object> = (session) =>
  withFiles(session, openProject, async (service) => {
    const backups = await service.backups();
    session.output.answer(
      backups,
      backups.length === 0
        ? ['There are no backups of files.']
        : backups.map(
            ({ id, created_at, operation, target, items }) =>
              `${id}  ${created_at}  ${operation}  ${items} files  ${target}`,
          ),
    );
    return exitCodes.done;
  });

export function filesRestore(id: string): Command<FilesRestoreOptions> {
  return (session, { override = false }) =>
    withFiles(session, openProjectToChange, async (service) => {
      const plan = await service.planRestore(id, { override });
      return answerRestore(session, plan, (answers) => service.restore(plan, answers));
    });
}

export function planOptions({
  path = [],
  conflict = 'abort',
  delete: deletes = false,
}: FilesApplyOptions): Omit<FilesPlanOptions, 'direction'> {
  return { ...selectPaths(path), conflict, delete: deletes };
}

/** 4 when it ended early by a failure, 130 when it was stopped; else what was left decides. */
export function filesExitCode(
  { state, details, items_synced: applied, items_skipped: left }: SyncOperationResult<FilesDetails>,
  { context }: Session,
): ExitCode {
  if (state.kind === 'partial')
    return context.signal?.aborted === true ? exitCodes.cancelled : exitCodes.failure;
  const blocked =
    details?.left.filter(({ kind }) => kind === 'conflict' || kind === 'skipped_modified') ?? [];
  return exitCodeOfApply({ applied, left, blocked: blocked.length });
}

async function withFiles(
  session: Session,
  open: (session: Session) => Promise<Project>,
  run: (service: FileSyncService) => Promise<ExitCode>,
  limits?: ArchiveLimits,
): Promise<ExitCode> {
  const project = await open(session);
  await warnOfExpiry(project, session);
  const service = openFileSync(session, project, limits);
  try {
    return await run(service);
  } finally {
    await service.close();
  }
}

/** A dry run prints the plan and changes nothing, not even a cache (exit 1 when there is something to do). */
function answerPlan(session: Session, plan: FilesPlan): ExitCode {
  session.output.answer(planDocument(plan), planLines(plan));
  return plan.steps.length > 0 ? exitCodes.differences : exitCodes.done;
}

/** The JSON of a dry run. */
export function planDocument(plan: FilesPlan): object {
  return dryRunDocument(plan, {
    details: filesDetails(plan, nothingDone),
    items_skipped: plan.steps.length + plan.left.length,
  });
}
