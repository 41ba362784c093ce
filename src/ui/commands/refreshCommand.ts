import { showError, type CommandHandler } from '../runCommand';

/** Compares again. What fails is in the view already; who asked for it is told the reason as well. */
export const refreshChanges: CommandHandler = async (services) => {
  await services.refresh();
  const { view } = services.store.state;
  // Missing steps have their own welcome contents, with the button that takes the step.
  if (view.kind === 'databaseFailed' || view.kind === 'failed') void showError(services, view.error);
};
