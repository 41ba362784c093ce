import { AccessControlLocalSync } from './accessControl/accessControlLocalSync';
import { countAccess, type AccessCounts } from './accessControl/accessReport';
import { ContentLocalSync } from './content/contentLocalSync';
import { countContent, type ContentCounts } from './content/contentReport';
import { FileSyncService } from './files/fileSyncService';
import { countFiles, type FilesCounts } from './files/filesReport';
import type { RunContext } from './ports';
import type { Environment, Project } from './project/project';
import { SyncError, type SyncErrorCode } from './syncError';

/** JSON of `status` (cli-contract.md). An area that was not compared is listed, with the reason. */
export interface StatusReport {
  readonly in_sync: boolean;
  readonly content: ContentCounts | null;
  readonly files: FilesCounts | null;
  readonly access_control: AccessCounts | null;
  readonly unavailable: readonly Unavailable[];
}

interface Unavailable {
  readonly area: string;
  readonly reason: string;
}

/** A project that does not use an area is in sync all the same; an area that should work and fails is not. */
const notUsed: readonly SyncErrorCode[] = ['missingConfig', 'unsupported'];

/**
 * Compares every area that can be compared; `in_sync` speaks of those.
 * @param env where the tenant's token and address may be
 * @throws SyncError `cancelled`, and what stops every area (no database, no content config)
 */
export async function readStatus(
  project: Project,
  context: RunContext,
  env: Environment,
): Promise<StatusReport> {
  const content = await new ContentLocalSync(project, context).diff();
  const files = await compareArea('files', () => compareFilesOf(project, context, env));
  const access = await compareArea('access_control', () =>
    new AccessControlLocalSync(project, context).diff(),
  );
  return {
    in_sync: content.inSync && files.inSync && access.inSync,
    content: countContent(content),
    files: files.diff ? countFiles(files.diff) : null,
    access_control: access.diff ? countAccess(access.diff) : null,
    unavailable: [...files.unavailable, ...access.unavailable],
  };
}

async function compareFilesOf(project: Project, context: RunContext, env: Environment) {
  if (project.mode === 'none') throw new SyncError('missingConfig', 'The project names no tenant.');
  const service = new FileSyncService({ project, context, env });
  try {
    return await service.diff();
  } finally {
    await service.close();
  }
}

interface ComparedArea<Diff> {
  readonly diff?: Diff;
  readonly inSync: boolean;
  readonly unavailable: readonly Unavailable[];
}

async function compareArea<Diff extends { readonly inSync: boolean }>(
  area: string,
  compare: () => Promise<Diff>,
): Promise<ComparedArea<Diff>> {
  try {
    const diff = await compare();
    return { diff, inSync: diff.inSync, unavailable: [] };
  } catch (error) {
    if (!SyncError.is(error) || error.code === 'cancelled') throw error;
    return { inSync: notUsed.includes(error.code), unavailable: [{ area, reason: error.message }] };
  }
}
