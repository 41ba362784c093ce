import * as vscode from 'vscode';
import { commands, type CommandId } from '../contributions';
import { checkDeploy, deploy, rollBack, showCheck, showDeployOutput } from '../deploy/deployCommands';
import { editSchedule, pauseJob, showJobHistory, switchJobs } from '../jobs/jobCommands';
import { runJob } from '../jobs/runJob';
import { undoSave } from '../watch/undoSave';
import { runCommand, type CommandHandler } from '../runCommand';
import { compareDatabases, moveDatabase, openDatabaseRow } from '../database/databaseCommands';
import type { Services } from '../services';
import {
  compareFiles,
  deleteFiles,
  keepFiles,
  moveToOther,
  showLastFilesResult,
} from '../files/fileCommands';
import { mergeFile } from '../files/mergeFile';
import { openFileDiff, openLocalFile } from '../files/openFiles';
import { applyAccessItem, applyAccessRules, revokeAccessItem } from '../accessControl/applyAccess';
import { exportAccessRules } from '../accessControl/exportAccess';
import { openAccessDiff, openAccessFile } from '../accessControl/openAccess';
import { explainAccessOf, whoMayWhat } from '../accessControl/whoMayWhat';
import { restoreBackup } from './backupCommands';
import { completeFirst } from './completeFirst';
import {
  deleteItem,
  focusChanges,
  keepItem,
  moveItem,
  openItemDiff,
  openItemFile,
  showLog,
} from '../content/itemCommands';
import { moveChecked } from '../content/moveItems';
import {
  markNotProduction,
  openSecrets,
  selectProfile,
  setDatabaseUrl,
  showProject,
} from './projectCommands';
import { compareArea, refreshChanges, showProblem } from './refreshCommand';
import { selectTenant } from './selectTenant';
import { setToken, signIn, signOut } from './signInCommands';

/** Every command and what it does; the type makes sure that none is missing. */
const handlers: Readonly<Record<CommandId, CommandHandler>> = {
  [commands.refresh]: refreshChanges,
  [commands.pushToDatabase]: completeFirst((services) => moveChecked(services, 'to-db')),
  [commands.pullToDisk]: completeFirst((services) => moveChecked(services, 'to-disk')),
  [commands.pushItem]: completeFirst(moveItem('to-db')),
  [commands.pullItem]: completeFirst(moveItem('to-disk')),
  [commands.keepDisk]: completeFirst(keepItem('disk')),
  [commands.keepDatabase]: completeFirst(keepItem('database')),
  [commands.deleteRow]: completeFirst(deleteItem('to-db')),
  [commands.deleteFile]: completeFirst(deleteItem('to-disk')),
  [commands.openDiff]: openItemDiff,
  [commands.openFile]: openItemFile,
  [commands.pushFiles]: completeFirst(moveToOther('push')),
  [commands.pullFiles]: completeFirst(moveToOther('pull')),
  [commands.compareFiles]: compareFiles,
  [commands.keepLocal]: completeFirst(keepFiles('local')),
  [commands.keepRemote]: completeFirst(keepFiles('remote')),
  [commands.deleteRemoteFiles]: completeFirst(deleteFiles('push')),
  [commands.deleteLocalFiles]: completeFirst(deleteFiles('pull')),
  [commands.openFileDiff]: openFileDiff,
  [commands.openLocalFile]: openLocalFile,
  [commands.mergeFile]: mergeFile,
  [commands.showLastFilesResult]: showLastFilesResult,
  [commands.applyAccess]: completeFirst(applyAccessRules),
  [commands.applyAccessItem]: completeFirst(applyAccessItem),
  [commands.revokeAccessItem]: completeFirst(revokeAccessItem),
  [commands.exportAccess]: completeFirst(exportAccessRules),
  [commands.whoMayWhat]: whoMayWhat,
  [commands.explainAccess]: explainAccessOf,
  [commands.openAccessDiff]: openAccessDiff,
  [commands.openAccessFile]: openAccessFile,
  [commands.restoreBackup]: completeFirst(restoreBackup),
  [commands.showProject]: showProject,
  [commands.selectProfile]: selectProfile,
  [commands.setDatabaseUrl]: setDatabaseUrl,
  [commands.openSecrets]: openSecrets,
  [commands.markNotProduction]: markNotProduction,
  [commands.pushToCloudDatabase]: moveDatabase('push'),
  [commands.pullFromCloudDatabase]: moveDatabase('pull'),
  [commands.compareDatabases]: compareDatabases,
  [commands.openDatabaseRow]: openDatabaseRow,
  [commands.compareArea]: compareArea,
  [commands.showProblem]: showProblem,
  [commands.signIn]: signIn,
  [commands.setToken]: setToken,
  [commands.selectTenant]: selectTenant,
  [commands.signOut]: signOut,
  [commands.showLog]: showLog,
  [commands.focusChanges]: focusChanges,
  [commands.runJob]: runJob,
  [commands.runJobNow]: runJob,
  [commands.pauseJob]: pauseJob(true),
  [commands.resumeJob]: pauseJob(false),
  [commands.showJobHistory]: showJobHistory,
  [commands.editSchedule]: editSchedule,
  [commands.turnJobsOn]: switchJobs(true),
  [commands.turnJobsOff]: switchJobs(false),
  [commands.undoSave]: completeFirst(undoSave),
  [commands.checkDeploy]: checkDeploy,
  [commands.deploy]: deploy,
  [commands.rollBack]: rollBack,
  [commands.rollBackTo]: rollBack,
  [commands.showCheck]: showCheck,
  [commands.showDeployOutput]: showDeployOutput,
};

export function registerCommands(services: Services): vscode.Disposable {
  const registrations = Object.values(commands).map((id) =>
    vscode.commands.registerCommand(id, (...args: unknown[]) => runCommand(services, id, handlers[id], args)),
  );
  return vscode.Disposable.from(...registrations);
}
