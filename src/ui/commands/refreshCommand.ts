import { SyncError } from '../../core/syncError';
import { isPlaceholder, type ChangeNode } from '../changes/changeNode';
import { errorOf } from '../changes/projectView';
import { showError, type CommandHandler } from '../runCommand';

/** Compares again. What fails is in the view already; who asked for it is told the reason as well. */
export const refreshChanges: CommandHandler = async (services) => {
  await services.refresh();
  const { view } = services.store.state;
  // Missing steps have their own welcome contents, with the button that takes the step.
  if (view.kind === 'databaseFailed' || view.kind === 'failed') void showError(services, view.error);
};

/** Compares the one area whose row it is invoked on. */
export const compareArea: CommandHandler = async (services, node) => {
  const { area } = requirePlaceholder(node);
  await services.refresh([area]);
  const error = errorOf(services.store.state, area);
  if (error !== undefined) void showError(services, error);
};

/** Tells what kept an area from being compared, with the buttons that help. */
export const showProblem: CommandHandler = async (services, node) => {
  const { area } = requirePlaceholder(node);
  void showError(services, errorOf(services.store.state, area));
};

function requirePlaceholder(node: unknown): ChangeNode {
  if (typeof node === 'object' && node !== null && isPlaceholder(node as ChangeNode))
    return node as ChangeNode;
  throw new SyncError('internal', 'This command belongs to a row of the Changes view.');
}
