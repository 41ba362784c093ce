import { ContentLocalSync } from './content/contentLocalSync';
import { countContent, type ContentCounts } from './content/contentReport';
import type { RunContext } from './ports';
import type { Project } from './project/discoverProject';
import { SyncError } from './syncError';

/** JSON of `status` (cli-contract.md). An area that was not compared is listed, with the reason: it never counts as in sync by silence. */
export interface StatusReport {
  readonly in_sync: boolean;
  readonly content: ContentCounts | null;
  readonly files: null;
  readonly access_control: null;
  readonly unavailable: readonly { readonly area: string; readonly reason: string }[];
}

/**
 * Compares every area that can be compared. `in_sync` speaks of those; an area that should be comparable and failed makes it
 * false.
 * @throws SyncError `cancelled`, and what stops every area (no database URL, no content config)
 */
export async function readStatus(project: Project, context: RunContext): Promise<StatusReport> {
  const diff = await new ContentLocalSync(project, context).diff();
  SyncError.throwIfAborted(context.signal);
  return {
    in_sync: diff.inSync,
    content: countContent(diff),
    files: null,
    access_control: null,
    unavailable: [
      { area: 'files', reason: 'comparing files with a tenant is not part of this version' },
      { area: 'access_control', reason: 'comparing access rules is not part of this version' },
    ],
  };
}
