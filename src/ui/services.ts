import * as vscode from 'vscode';
import type { RunContext } from '../core/ports';
import { createChangesStore, type ChangesStore } from './changes/changesStore';
import type { ChangesAreas } from './changes/changesArea';
import { createRefresh, type Refresh } from './changes/refreshChanges';
import { createAreas } from './createAreas';
import { createDeployOutput, type DeployOutput } from './deploy/deployOutput';
import { createDeployStore, type DeployStore } from './deploy/deployStore';
import { createDatabaseSecrets, type DatabaseSecrets } from './host/databaseSecrets';
import { createOutputLog, type OutputLog } from './host/outputLog';
import { createScanThread, type ScanThread } from './host/scanThread';
import { createTenantTokens, type TenantTokens } from './host/tenantTokens';
import { createJobsStore, type JobsStore } from './jobs/jobsStore';
import { createFilesMemory, type FilesMemory } from './files/filesMemory';
import { createReports, type Reports } from './documents/reports';
import { createSnapshots, type Snapshots } from './documents/snapshots';
import { createRowDocuments, type RowDocuments } from './content/rowDocuments';
import { createLastSave, type LastSave } from './watch/lastSave';
import { createSerialQueue, type SerialQueue } from './serialQueue';
import { createSignInNotice, type SignInNotice } from './signIn/signInNotice';
import type { Translate } from './translate';

/** What commands and views work with. Built once, by `activate`; nothing here has read a file or opened a connection. */
export interface Services extends vscode.Disposable {
  readonly t: Translate;
  readonly log: OutputLog;
  readonly store: ChangesStore;
  readonly areas: ChangesAreas;
  readonly secrets: DatabaseSecrets;
  readonly tokens: TenantTokens;
  readonly signInNotice: SignInNotice;
  readonly filesMemory: FilesMemory;
  readonly rows: RowDocuments;
  readonly reports: Reports;
  readonly snapshots: Snapshots;
  readonly jobs: JobsStore;
  readonly deploys: DeployStore;
  readonly deployOutput: DeployOutput;
  readonly saves: LastSave;
  readonly scanThread: ScanThread;
  /** The built thread that unpacks large pulls. */
  readonly stagingWorker: string;
  /** Comparing and applying take turns in a window; between windows the project's lock does. */
  readonly queue: SerialQueue;
  /** Aborts when the extension goes away. */
  readonly lifetime: AbortSignal;
  /** A context without progress, for short reads. */
  readonly quietContext: () => RunContext;
  /** Opens the project and compares; the result is in the store. Requests while one runs cause one more. */
  readonly refresh: Refresh;
}

export function createServices(context: vscode.ExtensionContext): Services {
  const t: Translate = (text, ...values) => vscode.l10n.t(text, ...values);
  const log = createOutputLog();
  const store = createChangesStore();
  const controller = new AbortController();
  const quietContext = (): RunContext => ({
    logger: log.logger,
    progress: () => {},
    signal: controller.signal,
    now: Date.now,
  });
  const rows = createRowDocuments({ store, quietContext });
  const reports = createReports();
  const snapshots = createSnapshots(t);
  const saves = createLastSave();
  const jobs = createJobsStore(context.workspaceState);
  const filesMemory = createFilesMemory();
  const deploys = createDeployStore(store, t);
  const deployOutput = createDeployOutput(log);
  const tokens = createTenantTokens(context.secrets, t);
  const shared = {
    log,
    store,
    areas: createAreas(t, { tokens, log, filesMemory }),
    filesMemory,
    secrets: createDatabaseSecrets(context.secrets),
    tokens,
    queue: createSerialQueue(),
    lifetime: controller.signal,
    scanThread: createScanThread(context.extensionUri),
    stagingWorker: vscode.Uri.joinPath(context.extensionUri, 'dist', 'stagingWorker.js').fsPath,
  };
  const signInNotice = createSignInNotice({ ...shared, t });
  return {
    ...shared,
    t,
    signInNotice,
    rows,
    reports,
    snapshots,
    jobs,
    deploys,
    deployOutput,
    saves,
    quietContext,
    refresh: createRefresh(shared),
    dispose() {
      controller.abort();
      for (const owned of [
        signInNotice,
        rows,
        reports,
        snapshots,
        jobs,
        deploys,
        deployOutput,
        saves,
        store,
        shared.scanThread,
        log,
      ])
        owned.dispose();
    },
  };
}
