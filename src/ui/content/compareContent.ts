import type { ContentDiff } from '../../core/models/contentDiff';
import type { Project } from '../../core/project/project';
import type { OutputLog } from '../host/outputLog';
import type { ScanThread } from '../host/scanThread';
import { withViewProgress } from '../host/withProgress';

interface Needs {
  readonly log: OutputLog;
  readonly lifetime: AbortSignal;
  readonly scanThread: ScanThread;
}

/** An earlier comparison, and the only files that have changed since; relative to the project's root, with `/`. */
export interface SavedSince {
  readonly previous: ContentDiff;
  readonly paths: readonly string[];
}

/**
 * Compares the project's content, its files scanned in a thread of their own; of what was saved since an earlier comparison,
 * only that. @throws SyncError as ContentLocalSync says
 */
export function compareContent(
  { log, lifetime, scanThread }: Needs,
  project: Project,
  saved?: SavedSince,
): Promise<ContentDiff> {
  if (project.database !== undefined) log.redactor.add(project.database.url());
  const { logger } = log;
  for (const warning of project.warnings) logger.warn(warning);
  return withViewProgress({ logger, lifetime }, async (context) => {
    const [{ ContentLocalSync }, { warnOfInterruptedRun }, { openStateDirectory }] = await Promise.all([
      import('../../core/content/contentLocalSync'),
      import('../../core/state/interruptedRun'),
      import('../../core/state/stateDirectory'),
    ]);
    await warnOfInterruptedRun(openStateDirectory(project.root), context);
    const startedAt = context.now();
    const scan = await scanThread.scannerFor(project.root);
    const sync = new ContentLocalSync(project, context, { scan });
    const diff = await (saved ? sync.update(saved.previous, saved.paths) : sync.diff());
    const differing = diff.sources.reduce((sum, { differences }) => sum + differences.length, 0);
    logger.info(
      `Compared ${project.root} with ${diff.target} in ${context.now() - startedAt} ms: ${differing} items differ.`,
    );
    return diff;
  });
}
