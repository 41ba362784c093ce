import { BackupService } from '../../core/backups/backupService';
import { confirmPlan } from '../confirmPlan';
import { exitCodeOfApply, exitCodes } from '../exitCodes';
import { openProject, type Command, type Session } from '../session';

export const backupsList: Command<object> = async (session) => {
  const backups = await (await openBackups(session)).list();
  session.output.answer(
    backups,
    backups.length === 0
      ? ['There are no backups.']
      : backups.map(
          ({ id, created_at, operation, items }) => `${id}  ${created_at}  ${operation}  ${items} items`,
        ),
  );
  return exitCodes.done;
};

export interface RestoreOptions {
  readonly override?: boolean;
}

/** Restoring is a plan like any other: looked at with `--dry-run`, asked about, backed up itself. */
export function backupsRestore(id: string): Command<RestoreOptions> {
  return async (session, { override = false }) => {
    const service = await openBackups(session);
    const plan = await service.planRestore(id, { override });
    if (session.options.dryRun) {
      const lines = [
        ...plan.steps.map((step) => `  ${step.action} ${step.item}`),
        ...plan.left.map(({ item, reason }) => `  left ${item}: ${reason}`),
      ];
      session.output.answer({ ...plan, dry_run: true, plan_id: plan.id }, [...lines, 'Nothing was changed.']);
      return plan.steps.length > 0 ? exitCodes.differences : exitCodes.done;
    }
    const result = await service.applyRestore(plan, await confirmPlan(plan, session));
    session.output.answer(result, [
      ...plan.left.map(({ item, reason }) => `  left ${item}: ${reason}`),
      ...result.errors.map((error) => `  failed ${error}`),
      `${result.items_synced} restored, ${result.items_skipped} left.`,
      ...(result.backup === undefined ? [] : [`What was there before is in backup ${result.backup}.`]),
    ]);
    // What already holds the old value needs no restoring: it is listed, and nothing is amiss.
    const left = result.details?.left.filter(({ kind }) => kind !== 'skipped') ?? [];
    const blocked = left.filter(({ kind }) => kind !== 'invalid');
    return exitCodeOfApply({ applied: result.items_synced, left: left.length, blocked: blocked.length });
  };
}

export const backupsPrune: Command<object> = async (session) => {
  const removed = await (await openBackups(session)).prune();
  session.output.answer({ removed }, [`${removed.length} backups removed.`]);
  return exitCodes.done;
};

async function openBackups(session: Session): Promise<BackupService> {
  return new BackupService(await openProject(session), session.context);
}
