import * as vscode from 'vscode';
import { messageOf } from '../../core/syncError';
import { errorForLog } from '../errorReport';
import type { DatabaseSecrets } from '../host/databaseSecrets';
import type { OutputLog } from '../host/outputLog';
import type { ScanThread } from '../host/scanThread';
import { withViewProgress } from '../host/withProgress';
import { openProject } from '../project/openProject';
import { coalesceRuns, type SerialQueue } from '../serialQueue';
import type { ChangesStore } from './changesStore';
import { viewOfFailure, type FoundProject, type ProjectView } from './projectView';

interface Needs {
  readonly store: ChangesStore;
  readonly secrets: DatabaseSecrets;
  readonly queue: SerialQueue;
  readonly log: OutputLog;
  readonly lifetime: AbortSignal;
  readonly scanThread: ScanThread;
}

/** Opens the project and compares; never throws: what went wrong is part of what the store shows, and in the log. */
export function createRefresh(needs: Needs): () => Promise<void> {
  const { store, queue, lifetime } = needs;
  return coalesceRuns(() =>
    queue(async () => {
      if (lifetime.aborted) return;
      store.showActivity('comparing');
      const view = await lookAtWorkspace(needs);
      if (lifetime.aborted) return;
      store.showView(view);
    }),
  );
}

async function lookAtWorkspace(needs: Needs): Promise<ProjectView> {
  // Untrusted folders decide nothing: neither which database is opened nor which files are read.
  if (!vscode.workspace.isTrusted) return { kind: 'untrusted' };
  let found: FoundProject | undefined;
  try {
    const opened = await openProject(needs.secrets);
    if (opened === undefined) return { kind: 'noFolder' };
    found = { project: opened.project, shownRoot: opened.shownRoot };
    return await compare(needs, found);
  } catch (error) {
    const view = viewOfFailure(error, found);
    if (view.kind !== 'noProject' && !needs.lifetime.aborted) {
      needs.log.logger.warn(`Could not compare: ${messageOf(error)}`);
      needs.log.logger.debug(errorForLog(error));
    }
    return view;
  }
}

async function compare({ log, lifetime, scanThread }: Needs, found: FoundProject): Promise<ProjectView> {
  const { project } = found;
  if (project.database !== undefined) log.redactor.add(project.database.url());
  for (const warning of project.warnings) log.logger.warn(warning);
  const { logger } = log;
  return withViewProgress({ logger, lifetime }, async (context) => {
    const { ContentLocalSync } = await import('../../core/content/contentLocalSync');
    const startedAt = context.now();
    const scan = await scanThread.scannerFor(project.root);
    const diff = await new ContentLocalSync(project, context, { scan }).diff();
    const differing = diff.sources.reduce((sum, { differences }) => sum + differences.length, 0);
    logger.info(
      `Compared ${project.root} with ${diff.target} in ${context.now() - startedAt} ms: ${differing} items differ.`,
    );
    return { ...found, kind: 'ready', diff };
  });
}
