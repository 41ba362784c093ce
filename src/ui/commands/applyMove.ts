import * as vscode from 'vscode';
import type { GuardAnswers } from '../../core/guards';
import type { SkippedItem } from '../../core/models/plan';
import type { SyncOperationResult } from '../../core/models/operation';
import type { RunContext } from '../../core/ports';
import { withCancellableProgress } from '../host/withProgress';
import type { MoveWords } from '../messages';
import { leftDocument } from '../planText';
import type { Services } from '../services';

/** Every result lists what it left, and why. */
type Result = SyncOperationResult<{ readonly left: readonly SkippedItem[] }>;

interface Move {
  readonly words: MoveWords;
  readonly answers: GuardAnswers;
  readonly apply: (context: RunContext) => Promise<Result>;
  /** Left items that the user did not choose and that would only be noise. */
  readonly isNoise?: (item: SkippedItem) => boolean;
  /** Chosen items that are not part of the plan at all. */
  readonly alsoLeft?: readonly SkippedItem[];
}

/** Carries out a confirmed plan with progress and Cancel, compares again, and reports what really happened. */
export async function applyMove(services: Services, move: Move): Promise<void> {
  const { queue, store, log, lifetime, refresh } = services;
  try {
    const result = await queue(async () => {
      store.showActivity('applying');
      try {
        return await withCancellableProgress(
          { logger: log.logger, lifetime },
          move.words.progress,
          move.apply,
        );
      } finally {
        store.showActivity(undefined);
      }
    });
    reportResult(services, move, result);
  } finally {
    await refresh();
  }
}

/** Quiet when everything went well; what was left is told, with the list one click away. */
function reportResult(services: Services, { words, isNoise, alsoLeft = [] }: Move, result: Result): void {
  const { t, log } = services;
  const left = [...(result.details?.left ?? []).filter((item) => isNoise?.(item) !== true), ...alsoLeft];
  const backup = result.backup === undefined ? '' : `, backup ${result.backup}`;
  log.logger.info(`${result.operation}: ${result.items_synced} done, ${left.length} left${backup}`);
  for (const { item, reason } of left) log.logger.info(`left ${item}: ${reason}`);
  for (const warning of result.warnings) log.logger.warn(warning);

  if (left.length === 0 && result.warnings.length === 0 && result.state.kind !== 'partial') {
    vscode.window.setStatusBarMessage(`$(check) ${words.done(result.items_synced)}`, 5000);
    return;
  }
  const stopped =
    result.state.kind === 'partial'
      ? `${t('Stopped after {0} of {1}.', result.state.completed, result.state.total)} `
      : '';
  const text = `${stopped}${words.doneWithRest(result.items_synced, left.length)}`;
  void offerDetails(services, text, leftDocument(t, text, left, result.warnings));
}

async function offerDetails({ t, reports }: Services, text: string, details: string): Promise<void> {
  const show = t('Show Details');
  const chosen = await vscode.window.showWarningMessage(text, show);
  if (chosen === show) await reports.show(t('Left items'), details);
}
