import { join } from 'node:path';
import type { ArchiveLimits } from '../core/files/archive/archiveLimits';
import { FileSyncService } from '../core/files/fileSyncService';
import type { Project } from '../core/project/discoverProject';
import { connectOptions } from './connectOptions';
import type { Session } from './session';

/** The files of a project and its tenant, as the options of this command say. Close it when done. */
export function openFileSync(session: Session, project: Project, limits?: ArchiveLimits): FileSyncService {
  return new FileSyncService({
    project,
    context: session.context,
    keepCaches: session.options.dryRun !== true,
    limits,
    stagingWorker: join(session.programs, 'stagingWorker.js'),
    ...connectOptions(session),
  });
}
