import { AccessControlLocalSync } from './accessControl/accessControlLocalSync';
import { countAccess, type AccessCounts } from './accessControl/accessReport';
import { ContentLocalSync } from './content/contentLocalSync';
import { countContent, type ContentCounts } from './content/contentReport';
import type { RunContext } from './ports';
import type { Project } from './project/discoverProject';
import { SyncError } from './syncError';

/** JSON of `status` (cli-contract.md). An area that was not compared is listed, with the reason. */
export interface StatusReport {
  readonly in_sync: boolean;
  readonly content: ContentCounts | null;
  readonly files: null;
  readonly access_control: AccessCounts | null;
  readonly unavailable: readonly Unavailable[];
}

interface Unavailable {
  readonly area: string;
  readonly reason: string;
}

/**
 * Compares every area that can be compared; `in_sync` speaks of those. An area that the project does not use, or the
 * server does not have, is unavailable; one that should work and fails makes `in_sync` false as well.
 * @throws SyncError `cancelled`, and what stops every area (no database, no content config)
 */
export async function readStatus(project: Project, context: RunContext): Promise<StatusReport> {
  const content = await new ContentLocalSync(project, context).diff();
  const access = await compareArea('access_control', () =>
    new AccessControlLocalSync(project, context).diff(),
  );
  const unavailable = [
    { area: 'files', reason: '`files diff` compares them with a tenant' },
    ...(access.unavailable ? [access.unavailable] : []),
  ];
  return {
    in_sync: content.inSync && (access.diff?.inSync ?? access.unused),
    content: countContent(content),
    files: null,
    access_control: access.diff ? countAccess(access.diff) : null,
    unavailable,
  };
}

interface ComparedArea<Diff> {
  readonly diff?: Diff;
  readonly unavailable?: Unavailable;
  /** True when there is nothing to compare, rather than something that failed. */
  readonly unused: boolean;
}

async function compareArea<Diff>(area: string, compare: () => Promise<Diff>): Promise<ComparedArea<Diff>> {
  try {
    return { diff: await compare(), unused: false };
  } catch (error) {
    if (!SyncError.is(error) || error.code === 'cancelled') throw error;
    const unused = error.code === 'missingConfig' || error.code === 'unsupported';
    return { unavailable: { area, reason: error.message }, unused };
  }
}
