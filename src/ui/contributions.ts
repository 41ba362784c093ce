/**
 * Every id that the manifest declares or that code registers. A test compares them with package.json, so that neither
 * can drift from the other.
 */

export const commands = {
  refresh: 'systempromptSync.content.refresh',
  pushToDatabase: 'systempromptSync.content.pushToDatabase',
  pullToDisk: 'systempromptSync.content.pullToDisk',
  pushItem: 'systempromptSync.content.pushItem',
  pullItem: 'systempromptSync.content.pullItem',
  keepDisk: 'systempromptSync.content.keepDisk',
  keepDatabase: 'systempromptSync.content.keepDatabase',
  deleteRow: 'systempromptSync.content.deleteRow',
  deleteFile: 'systempromptSync.content.deleteFile',
  openDiff: 'systempromptSync.content.openDiff',
  openFile: 'systempromptSync.content.openFile',
  pushFiles: 'systempromptSync.files.push',
  pullFiles: 'systempromptSync.files.pull',
  compareFiles: 'systempromptSync.files.compare',
  keepLocal: 'systempromptSync.files.keepLocal',
  keepRemote: 'systempromptSync.files.keepRemote',
  deleteRemoteFiles: 'systempromptSync.files.deleteRemote',
  deleteLocalFiles: 'systempromptSync.files.deleteLocal',
  openFileDiff: 'systempromptSync.files.openDiff',
  openLocalFile: 'systempromptSync.files.openFile',
  mergeFile: 'systempromptSync.files.merge',
  showLastFilesResult: 'systempromptSync.files.showLastResult',
  applyAccess: 'systempromptSync.accessControl.apply',
  applyAccessItem: 'systempromptSync.accessControl.applyItem',
  revokeAccessItem: 'systempromptSync.accessControl.revokeItem',
  exportAccess: 'systempromptSync.accessControl.export',
  whoMayWhat: 'systempromptSync.accessControl.whoMayWhat',
  explainAccess: 'systempromptSync.accessControl.explain',
  openAccessDiff: 'systempromptSync.accessControl.openDiff',
  openAccessFile: 'systempromptSync.accessControl.openFile',
  restoreBackup: 'systempromptSync.backups.restore',
  showProject: 'systempromptSync.project.show',
  selectProfile: 'systempromptSync.project.selectProfile',
  setDatabaseUrl: 'systempromptSync.project.setDatabaseUrl',
  openSecrets: 'systempromptSync.project.openSecrets',
  markNotProduction: 'systempromptSync.project.markNotProduction',
  pushToCloudDatabase: 'systempromptSync.database.push',
  pullFromCloudDatabase: 'systempromptSync.database.pull',
  compareDatabases: 'systempromptSync.database.compare',
  openDatabaseRow: 'systempromptSync.database.openRow',
  compareArea: 'systempromptSync.changes.compareArea',
  showProblem: 'systempromptSync.changes.showProblem',
  signIn: 'systempromptSync.tenant.signIn',
  setToken: 'systempromptSync.tenant.setToken',
  selectTenant: 'systempromptSync.tenant.select',
  signOut: 'systempromptSync.tenant.signOut',
  showLog: 'systempromptSync.showLog',
  focusChanges: 'systempromptSync.focusChanges',
  runJob: 'systempromptSync.jobs.run',
  runJobNow: 'systempromptSync.jobs.runNow',
  pauseJob: 'systempromptSync.jobs.pause',
  resumeJob: 'systempromptSync.jobs.resume',
  showJobHistory: 'systempromptSync.jobs.showHistory',
  editSchedule: 'systempromptSync.jobs.editSchedule',
  turnJobsOn: 'systempromptSync.jobs.turnOn',
  turnJobsOff: 'systempromptSync.jobs.turnOff',
  undoSave: 'systempromptSync.content.undoSave',
  checkDeploy: 'systempromptSync.deploy.check',
  deploy: 'systempromptSync.deploy.run',
  rollBack: 'systempromptSync.deploy.rollBack',
  rollBackTo: 'systempromptSync.deploy.rollBackTo',
  showCheck: 'systempromptSync.deploy.showCheck',
  showDeployOutput: 'systempromptSync.deploy.showOutput',
} as const;

export type CommandId = (typeof commands)[keyof typeof commands];

/** Commands that only menus, links and other commands use. */
export const internalCommands: readonly CommandId[] = [
  commands.keepDisk,
  commands.keepDatabase,
  commands.deleteRow,
  commands.deleteFile,
  commands.openFile,
  commands.keepLocal,
  commands.keepRemote,
  commands.deleteRemoteFiles,
  commands.deleteLocalFiles,
  commands.openFileDiff,
  commands.openLocalFile,
  commands.mergeFile,
  commands.applyAccessItem,
  commands.revokeAccessItem,
  commands.exportAccess,
  commands.explainAccess,
  commands.openAccessDiff,
  commands.openAccessFile,
  commands.openSecrets,
  commands.openDatabaseRow,
  commands.compareArea,
  commands.showProblem,
  commands.focusChanges,
  commands.runJobNow,
  commands.pauseJob,
  commands.resumeJob,
  commands.showJobHistory,
  commands.editSchedule,
  commands.turnJobsOn,
  commands.turnJobsOff,
  commands.undoSave,
  commands.rollBackTo,
  commands.showCheck,
];

export const commandCategory = 'Systemprompt Sync';

export const viewContainer = 'systempromptSync';

export const views = {
  changes: 'systempromptSync.changes',
  operations: 'systempromptSync.operations',
} as const;

export const walkthrough = 'systempromptSync.start';

export const contextKeys = {
  /** What the view can show: a `ViewKind`. */
  state: 'systempromptSync.state',
  hasProject: 'systempromptSync.hasProject',
  /** True when the project names a tenant, and a way to reach it. */
  hasTenant: 'systempromptSync.hasTenant',
  /** True when both databases, or one and a tenant, are known. */
  hasCloudDatabase: 'systempromptSync.hasCloudDatabase',
  /** True while the database counts as production only because nobody has marked it otherwise. */
  canMarkNotProduction: 'systempromptSync.canMarkNotProduction',
  /** True when the project has access rules that can be compared. */
  hasAccessControl: 'systempromptSync.hasAccessControl',
  /** Folders that hold content files: an object whose keys are paths. */
  contentDirectories: 'systempromptSync.contentDirectories',
} as const;

export const schemes = {
  /** Read-only text of a row, or the empty side of a comparison. */
  row: 'systemprompt-row',
  /** Carries an item's status to the decoration of its label. */
  item: 'systemprompt-item',
  /** Read-only texts that we write: what was left and why, what was found of the project. */
  report: 'systemprompt-report',
  /** One side of a comparison, as it was when it was read. */
  snapshot: 'systemprompt-snapshot',
} as const;

export const settings = {
  folder: 'systempromptSync.project.folder',
  profile: 'systempromptSync.project.profile',
  servicesDirectory: 'systempromptSync.project.servicesDirectory',
  tenantId: 'systempromptSync.tenant.id',
  tenantOrigin: 'systempromptSync.tenant.origin',
  tenantControlPlane: 'systempromptSync.tenant.controlPlane',
  tenantClientId: 'systempromptSync.tenant.clientId',
  refreshOnStartup: 'systempromptSync.refresh.onStartup',
  refreshOnSave: 'systempromptSync.refresh.onSave',
  filesPollMinutes: 'systempromptSync.files.pollMinutes',
  keepBackups: 'systempromptSync.backups.keep',
  confirmOverwrite: 'systempromptSync.safety.confirmOverwrite',
  jobsEnabled: 'systempromptSync.jobs.enabled',
  jobsSchedule: 'systempromptSync.jobs.schedule',
  syncOnSave: 'systempromptSync.content.syncOnSave',
  deployEngine: 'systempromptSync.deploy.engine',
  deployPlatform: 'systempromptSync.deploy.platform',
  deployBuildArgs: 'systempromptSync.deploy.buildArgs',
  deployBuilder: 'systempromptSync.deploy.builder',
  deployNoCache: 'systempromptSync.deploy.noCache',
  deploySkipCargo: 'systempromptSync.deploy.skipCargo',
} as const;

export const statusBarItem = 'systempromptSync.status';

/** What was synced on save, for a moment. */
export const saveStatusBarItem = 'systempromptSync.saved';

export const outputChannelName = 'Systemprompt Sync';

export const deployChannelName = 'Systemprompt Sync Deploy';

/** In tasks.json. */
export const taskType = 'systemprompt';

/** What a tree item is, for `viewItem` in when clauses. */
export const contextValues = {
  /** An area that was not compared yet, or could not be. */
  waiting: 'area:waiting',
  failed: 'area:failed',
  source: 'content:source',
  added: 'content:added',
  removed: 'content:removed',
  modified: 'content:modified',
  conflict: 'content:conflict',
  blocked: 'content:blocked',
  invalidFile: 'content:invalidFile',
  invalidRow: 'content:invalidRow',
  jobsOff: 'jobs:off',
  scheduledJob: 'job:scheduled',
  pausedJob: 'job:paused',
  manualJob: 'job:manual',
  serverJob: 'job:server',
  databaseRoot: 'database:root',
  databaseTable: 'database:table',
  databaseRow: 'database:row',
  tenant: 'files:tenant',
  folder: 'files:folder',
  localAdded: 'files:localAdded',
  localModified: 'files:localModified',
  localDeleted: 'files:localDeleted',
  remoteAdded: 'files:remoteAdded',
  remoteModified: 'files:remoteModified',
  remoteDeleted: 'files:remoteDeleted',
  fileConflict: 'files:conflict',
  fileDeletedConflict: 'files:deletedConflict',
  fileInvalid: 'files:invalid',
  state: 'files:state',
  leftOut: 'files:leftOut',
  excluded: 'files:excluded',
  accessRoot: 'access:root',
  accessEntity: 'access:entity',
  accessAdded: 'access:added',
  accessModified: 'access:modified',
  accessRemoved: 'access:removed',
  accessConflict: 'access:conflict',
  accessUnmanaged: 'access:unmanaged',
  accessInvalid: 'access:invalid',
  accessOthers: 'access:others',
  deployReady: 'deploy:ready',
  deployReleases: 'deploy:releases',
  deployRelease: 'deploy:release',
} as const;
