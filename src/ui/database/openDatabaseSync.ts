import * as vscode from 'vscode';
import type { DatabaseSyncService } from '../../core/database/sync/databaseSyncService';
import type { RunContext } from '../../core/ports';
import type { Project } from '../../core/project/project';
import { readSettings } from '../host/settings';
import { tenantConnectOptions } from '../host/tenantConnectOptions';
import type { Services } from '../services';

/** The service over both databases of a project; the cloud's address is asked for where the project does not say it. */
export async function openDatabaseSync(
  needs: Pick<Services, 'tokens' | 'log'>,
  project: Project,
  context: RunContext,
): Promise<DatabaseSyncService> {
  const [{ DatabaseSyncService: Service }, { askCloudDatabase }] = await Promise.all([
    import('../../core/database/sync/databaseSyncService'),
    import('../../core/database/sync/askCloudDatabase'),
  ]);
  const { keepBackups } = readSettings(vscode.Uri.file(project.root));
  for (const target of [project.database, project.cloudDatabase]) {
    if (target !== undefined) needs.log.redactor.add(target.url());
  }
  return new Service({
    project,
    context,
    keepBackups,
    async cloudDatabase() {
      const target = await askCloudDatabase(project, await tenantConnectOptions(needs, project), context);
      needs.log.redactor.add(target.url());
      return target;
    },
  });
}
