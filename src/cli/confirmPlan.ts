import { guardsOf, isDestructive, type GuardAnswers } from '../core/guards';
import { countActions, type StepAction, type SyncPlan } from '../core/models/plan';
import { SyncError } from '../core/syncError';
import type { Session } from './session';

/**
 * Asks what a plan needs asking: whether to overwrite and delete, the host of a production target, the number of a mass
 * deletion. Options answer in advance; without a terminal nothing is asked.
 *
 * @param what is about to happen, as a sentence; the counts of the plan when absent
 * @throws SyncError `confirmationRequired` when nobody can be asked, `cancelled` when the answer is no; guards that are
 * left without an answer stop the apply itself
 */
export async function confirmPlan(
  plan: SyncPlan<{ readonly action: StepAction }>,
  session: Session,
  what?: string,
): Promise<GuardAnswers> {
  const { options, terminal } = session;
  const answers: { confirmTarget?: string; allowMassDelete?: number } = {
    ...(options.confirmTarget !== undefined && { confirmTarget: options.confirmTarget }),
    ...(options.allowMassDelete !== undefined && { allowMassDelete: options.allowMassDelete }),
  };
  if (isDestructive(plan) && options.yes !== true) await askToGoOn(what ?? countsOf(plan), session);
  if (!terminal.interactive) return answers;
  for (const guard of guardsOf(plan)) {
    if (guard.name === 'productionTarget') {
      answers.confirmTarget ??= await terminal.ask(
        `${guard.target.label} counts as production. Type its host to go on: `,
      );
    } else if (answers.allowMassDelete === undefined) {
      answers.allowMassDelete = Number(
        await terminal.ask(`This deletes ${guard.deletes} items. Type that number to go on: `),
      );
    }
  }
  return answers;
}

function countsOf({ steps, target }: SyncPlan<{ readonly action: StepAction }>): string {
  const { create, update, delete: deletes } = countActions(steps);
  return `${create} to create, ${update} to overwrite, ${deletes} to delete in ${target.label}. Old values go to a backup.`;
}

async function askToGoOn(what: string, { terminal }: Session): Promise<void> {
  if (!terminal.interactive) {
    throw new SyncError(
      'confirmationRequired',
      `The plan overwrites or deletes, and nobody can be asked. ${what} Nothing was changed.`,
      {
        hint: 'Look at it with --dry-run, then repeat the command with --yes.',
      },
    );
  }
  const answer = await terminal.ask(`${what} Go on? [y/N] `);
  if (!/^y(es)?$/i.test(answer)) throw new SyncError('cancelled', 'Nothing was changed.');
}
