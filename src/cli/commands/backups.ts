import { BackupService } from '../../core/backups/backupService';
import { answerRestore } from '../answerRestore';
import { exitCodes } from '../exitCodes';
import { counted } from '../../core/counted';
import { openProject, openProjectToChange, type Command, type Session } from '../session';

export const backupsList: Command<object> = async (session) => {
  const backups = await (await openBackups(session)).list();
  session.output.answer(
    backups,
    backups.length === 0
      ? ['There are no backups.']
      : backups.map(
          ({ id, created_at, operation, items }) =>
            `${id}  ${created_at}  ${operation}  ${counted(items, 'item')}`,
        ),
  );
  return exitCodes.done;
};

export interface RestoreOptions {
  readonly override?: boolean;
}

export function backupsRestore(id: string): Command<RestoreOptions> {
  return async (session, { override = false }) => {
    const service = new BackupService(await openProjectToChange(session), session.context);
    const plan = await service.planRestore(id, { override });
    return answerRestore(session, plan, (answers) => service.applyRestore(plan, answers));
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
