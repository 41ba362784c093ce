import * as vscode from 'vscode';
import type { FilesDetails } from '../../core/files/filesOutcome';
import type { FilesPlan, FilesPlanOptions } from '../../core/files/filesPlan';
import type { SyncOperationResult } from '../../core/models/operation';
import type { RunContext } from '../../core/ports';
import { SyncError } from '../../core/syncError';
import { applyMove } from '../commands/applyMove';
import { stopWithNotice } from '../commands/stopWithNotice';
import { confirmPlan, type Confirmed, type PlanChoice } from '../confirmPlan';
import { readSettings } from '../host/settings';
import type { MoveWords } from '../messages';
import type { Services } from '../services';
import type { ComparedFiles } from './commandFiles';
import { withFileSync } from './withFileSync';

/** What a command wants done: the plan's options, and a bolder choice of them that the user may take instead. */
export interface FilesMove {
  readonly words: MoveWords;
  readonly options: FilesPlanOptions;
  readonly bolder?: { readonly options: FilesPlanOptions; readonly forced: number } | undefined;
  /** What has to be read before the counts; the question is asked for it in any case. */
  readonly notes?: readonly string[];
}

/** Plans, asks, applies with progress and Cancel, compares again, and tells what happened; as every area does. */
export async function moveFiles(services: Services, compared: ComparedFiles, move: FilesMove): Promise<void> {
  const { t } = services;
  const { words, notes = [] } = move;
  const policy = readSettings(vscode.Uri.file(compared.project.root)).confirmOverwrite;
  const choice = await planChoice(services, compared, move);
  const confirmed = await confirmPlan(choice, { t, words, policy, notes });
  await applyMove(services, {
    words,
    answers: confirmed.answers,
    apply: (context) => applyAndRemember(services, compared, confirmed, context),
  });
}

function planChoice(
  services: Services,
  { diff, project }: ComparedFiles,
  { options, bolder }: FilesMove,
): Promise<PlanChoice<FilesPlan>> {
  return withFileSync(services, project, services.quietContext(), async (files) => ({
    plan: await files.plan(diff, options),
    ...(bolder && { bolder: { plan: await files.plan(diff, bolder.options), forced: bolder.forced } }),
  }));
}

async function applyAndRemember(
  services: Services,
  { diff, target, project }: ComparedFiles,
  { plan, answers }: Confirmed<FilesPlan>,
  context: RunContext,
): Promise<SyncOperationResult<FilesDetails>> {
  const { filesMemory } = services;
  const run = { direction: plan.direction, target: target.label };
  try {
    const result = await withFileSync(services, project, context, (files) => files.apply(plan, answers));
    filesMemory.lastRun = { ...run, endedAt: context.now(), outcome: { result } };
    return result;
  } catch (error) {
    filesMemory.lastRun = { ...run, endedAt: context.now(), outcome: { error } };
    if (!SyncError.is(error) || error.details?.['reason'] !== 'takesNoPushes') throw error;
    // Nothing is broken: from now on a row says it.
    filesMemory.takesNoPushes.add(diff.tenant);
    return stopWithNotice([error.message, error.hint].filter(Boolean).join(' '));
  }
}
