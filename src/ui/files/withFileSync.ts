import * as vscode from 'vscode';
import type { FileSyncService } from '../../core/files/fileSyncService';
import type { RunContext } from '../../core/ports';
import type { Project } from '../../core/project/project';
import { readSettings } from '../host/settings';
import { tenantConnectOptions } from '../host/tenantConnectOptions';
import type { Services } from '../services';

/**
 * Opens the files of a project and its tenant, and closes the connections when the work is done.
 * @param services `stagingWorker` only matters to a pull
 */
export async function withFileSync<T>(
  services: Pick<Services, 'tokens' | 'log'> & Partial<Pick<Services, 'stagingWorker'>>,
  project: Project,
  context: RunContext,
  run: (files: FileSyncService) => Promise<T>,
): Promise<T> {
  const { FileSyncService: Service } = await import('../../core/files/fileSyncService');
  const connect = await tenantConnectOptions(services, project);
  const { keepBackups } = readSettings(vscode.Uri.file(project.root));
  const files = new Service({
    ...connect,
    project,
    context,
    keepBackups,
    stagingWorker: services.stagingWorker,
  });
  try {
    return await run(files);
  } finally {
    await files.close();
  }
}
