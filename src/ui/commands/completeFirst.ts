import type { Project } from '../../core/project/project';
import type { CommandHandler } from '../runCommand';
import type { Services } from '../services';
import { requireProject } from './readyState';

/**
 * For a command that changes something: what an interrupted run has left is completed before it plans, and compared again, so
 * that it is asked about what is so. Rows that it was invoked on may be gone then, as after any refresh.
 */
export function completeFirst(handler: CommandHandler): CommandHandler {
  return async (services, ...args) => {
    const project = await requireProject(services);
    if (await services.queue(() => completeInterrupted(services, project))) await services.refresh();
    await handler(services, ...args);
  };
}

/**
 * Only within the queue of `services`.
 * @returns whether files were changed
 * @throws SyncError as `completeInterruptedRun` says
 */
export async function completeInterrupted({ quietContext }: Services, { root }: Project): Promise<boolean> {
  const [{ completeInterruptedRun }, { openStateDirectory }] = await Promise.all([
    import('../../core/state/interruptedRun'),
    import('../../core/state/stateDirectory'),
  ]);
  return completeInterruptedRun(openStateDirectory(root), quietContext());
}
