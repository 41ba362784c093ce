import { relative, sep } from 'node:path';
import type { RunContext } from '../ports';
import type { Project } from '../project/discoverProject';
import type { BackupStore } from '../state/backupStore';
import type { ProjectLock } from '../state/projectLock';
import type { StateDirectory } from '../state/stateDirectory';
import type { ArchiveLimits } from './archive/archiveLimits';
import type { TenantConnection } from '../api/connectTenant';
import type { FilesPlan } from './filesPlan';
import type { StagingThread } from './staging/stagingThread';

/** What both directions of an apply work with. */
export interface ApplyContext {
  readonly plan: FilesPlan;
  readonly tenant: TenantConnection;
  readonly servicesDir: string;
  /** Of the services directory below the project's root, with `/` at its end: backups name files by the project's root. */
  readonly servicesPrefix: string;
  readonly state: StateDirectory;
  readonly lock: ProjectLock;
  readonly backups: BackupStore;
  readonly context: RunContext;
  readonly limits?: ArchiveLimits | undefined;
  /** Unpacks a large pull; this thread does when absent. */
  readonly stagingThread?: StagingThread | undefined;
}

/** Of the services directory below the project's root, with `/` at its end. */
export function servicesPrefix({ root, servicesDir }: Pick<Project, 'root' | 'servicesDir'>): string {
  return `${relative(root, servicesDir).split(sep).join('/')}/`;
}

/** The top-level directories of some paths: what a download is filtered by. */
export function topDirectories(paths: Iterable<string>): string[] {
  return [...new Set([...paths].map((path) => path.split('/', 1)[0] ?? ''))].sort();
}
