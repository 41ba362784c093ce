import * as vscode from 'vscode';
import type { Logger, ProgressReporter, RunContext } from '../../core/ports';
import { views } from '../contributions';
import { progressText, shareOf } from './progressText';

interface ProgressOptions {
  readonly logger: Logger;
  /** Aborts when the extension goes away. */
  readonly lifetime: AbortSignal;
}

/** Long work that the user has started: a notification with Cancel, which reaches the SQL statement and the file swap. */
export function withCancellableProgress<T>(
  { logger, lifetime }: ProgressOptions,
  title: string,
  run: (context: RunContext) => Promise<T>,
): Promise<T> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return Promise.resolve(
    vscode.window.withProgress(options, async (progress, token) => {
      const controller = new AbortController();
      const subscription = token.onCancellationRequested(() => controller.abort());
      try {
        const signal = AbortSignal.any([controller.signal, lifetime]);
        return await run({ logger, progress: reportTo(progress), signal, now: Date.now });
      } finally {
        subscription.dispose();
      }
    }),
  );
}

/** Short work, shown as a thin bar in the view. */
export function withViewProgress<T>(
  { logger, lifetime }: ProgressOptions,
  run: (context: RunContext) => Promise<T>,
): Promise<T> {
  return Promise.resolve(
    vscode.window.withProgress({ location: { viewId: views.changes } }, () =>
      run({ logger, progress: () => {}, signal: lifetime, now: Date.now }),
    ),
  );
}

/** Items and bytes as they are; a share of the bar only where the total is known. */
function reportTo(progress: vscode.Progress<{ message?: string; increment?: number }>): ProgressReporter {
  let shown = 0;
  return (update) => {
    const share = shareOf(update);
    progress.report({
      message: progressText(update),
      ...(share !== undefined && { increment: Math.max(0, share - shown) }),
    });
    shown = Math.max(shown, share ?? 0);
  };
}
