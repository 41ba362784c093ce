import type { ExtensionContext } from 'vscode';
import { registerChangesView } from './ui/changes/changesView';
import { registerItemDecorations } from './ui/changes/itemDecorations';
import { registerContextKeys } from './ui/changes/setContextKeys';
import { registerRefreshing } from './ui/changes/startRefreshing';
import { registerFileWatching } from './ui/changes/watchFiles';
import { registerCommands } from './ui/commands/registerCommands';
import { registerTenantPolling } from './ui/files/pollTenant';
import { registerDeployTasks } from './ui/deploy/deployTasks';
import { keepJobs, type KeptJobs } from './ui/jobs/keepJobs';
import { registerDiagnostics } from './ui/problems/diagnostics';
import { registerLanguage } from './ui/language/registerLanguage';
import { registerOperationsView } from './ui/operations/operationsView';
import { registerSignIn } from './ui/signIn/registerSignIn';
import { createServices } from './ui/services';
import { registerSyncStatusBar } from './ui/status/syncStatusBar';
import { registerSyncOnSave } from './ui/watch/syncOnSave';

let jobs: KeptJobs | undefined;

/** Only registers: no file is read and no library loaded before something is asked for. */
export function activate(context: ExtensionContext): void {
  const services = createServices(context);
  jobs = keepJobs(services);
  const language = registerLanguage(services);
  context.subscriptions.push(
    services,
    registerCommands(services),
    registerContextKeys(services),
    registerItemDecorations(),
    registerChangesView(services),
    registerSyncStatusBar(services),
    registerSignIn(services, context.secrets),
    language,
    registerDiagnostics(services, language.live),
    registerFileWatching(services),
    registerSyncOnSave(services),
    registerRefreshing(services),
    registerOperationsView(services),
    registerDeployTasks(services),
    jobs,
    registerTenantPolling(services),
  );
}

/** A run that is under way is ended in its row first; the editor waits for that a few seconds. */
export async function deactivate(): Promise<void> {
  await jobs?.ended();
}
