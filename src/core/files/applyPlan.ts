import type { TenantConnection } from '../api/connectTenant';
import type { SyncOperationResult } from '../models/operation';
import type { RunContext } from '../ports';
import type { Project } from '../project/discoverProject';
import { createBackupStore } from '../state/backupStore';
import { readBase, writeBase } from '../state/baseStore';
import type { ProjectLock } from '../state/projectLock';
import type { StateDirectory } from '../state/stateDirectory';
import { applyUnderLock } from '../state/withProjectLock';
import { servicesPrefix, type ApplyContext } from './applyContext';
import { applyPull, isLargePull } from './applyPull';
import { applyPush } from './applyPush';
import type { ArchiveLimits } from './archive/archiveLimits';
import { filesResult, nextBase, nothingDone, type FilesDetails } from './filesOutcome';
import type { FilesPlan } from './filesPlan';
import { StagingThread } from './staging/stagingThread';
import { sweepTransfers } from './transferFolder';

export interface ApplySettings {
  readonly project: Project;
  readonly context: RunContext;
  /** How many backups of any kind are kept after an apply; default 20. */
  readonly keepBackups?: number | undefined;
  /** What an archive of the tenant may cost; `defaultArchiveLimits` when absent. */
  readonly limits?: ArchiveLimits | undefined;
  /** The built `stagingWorker.js`: large pulls are unpacked in a thread of its own. In this one when absent. */
  readonly stagingWorker?: string | undefined;
}

/** Of the base, which is kept per tenant. */
export const filesDomain = 'files';

/**
 * Carries out a plan whose guards were answered: lock, checks, backup, changes, proof, base; in this order.
 * @throws SyncError `locked`, `io`, `tarballUnsafe`, `cancelled`, and what the client throws
 */
export async function applyPlan(
  plan: FilesPlan,
  tenant: TenantConnection,
  state: StateDirectory,
  { project, context, keepBackups, limits, stagingWorker }: ApplySettings,
): Promise<SyncOperationResult<FilesDetails>> {
  if (plan.steps.length === 0 && (await isSettled(plan, state))) return filesResult(plan, nothingDone);
  // It starts while the lock is taken.
  const stagingThread = startThread(plan, stagingWorker);
  const run = async (lock: ProjectLock) => {
    await sweepTransfers(state);
    const input: ApplyContext = {
      plan,
      tenant,
      servicesDir: project.servicesDir,
      servicesPrefix: servicesPrefix(project),
      state,
      lock,
      backups: createBackupStore(state, keepBackups === undefined ? {} : { keep: keepBackups }),
      context,
      limits,
      stagingThread,
    };
    const apply = plan.direction === 'push' ? applyPush : applyPull;
    const outcome = plan.steps.length === 0 ? nothingDone : await apply(input);
    const base = await readBase(state, filesDomain, plan.tenant);
    await writeBase(state, lock, filesDomain, plan.tenant, nextBase(base, plan, outcome));
    return filesResult(plan, outcome);
  };
  try {
    return await applyUnderLock({ state, owner: plan.operation, context }, run);
  } finally {
    await stagingThread?.close();
  }
}

function startThread(plan: FilesPlan, stagingWorker: string | undefined): StagingThread | undefined {
  if (stagingWorker === undefined || plan.direction === 'push' || !isLargePull(plan)) return undefined;
  return new StagingThread(stagingWorker);
}

/** True when the base already says what this plan would write: then nothing is written at all. */
async function isSettled(plan: FilesPlan, state: StateDirectory): Promise<boolean> {
  if (plan.adopt.length > 0) return false;
  const base = await readBase(state, filesDomain, plan.tenant);
  return base !== undefined && !plan.forget.some((path) => base.has(path));
}
