import { AccessControlLocalSync, type AccessControlOptions } from '../accessControl/accessControlLocalSync';
import type { AccessDetails } from '../accessControl/accessOutcome';
import type { AccessPlan } from '../accessControl/accessPlan';
import type { GuardAnswers } from '../guards';
import type { SyncOperationResult } from '../models/operation';
import type { RunContext } from '../ports';
import type { Project } from '../project/discoverProject';
import { completeInterruptedRun } from '../state/interruptedRun';
import { openStateDirectory } from '../state/stateDirectory';
import type { AccessControlSyncParameters } from './job';

/**
 * Access rules from the files into the database: `access_control_sync` of data.md 5.1, but for its defaults: it overrides and
 * deletes only when it is told to (data.md J-1).
 */
export class AccessControlSyncJob {
  private readonly sync: AccessControlLocalSync;

  constructor(
    private readonly project: Project,
    private readonly context: RunContext,
    private readonly parameters: AccessControlSyncParameters,
    options: AccessControlOptions = {},
  ) {
    const { yamlPath } = parameters;
    this.sync = new AccessControlLocalSync(project, context, {
      ...options,
      ...(yamlPath !== undefined && { file: yamlPath }),
    });
  }

  /** What a run would do; changes nothing. @throws what `AccessControlLocalSync.diff` and `plan` throw */
  async plan(): Promise<AccessPlan> {
    const { overrideExisting, deleteOrphans } = this.parameters;
    const diff = await this.sync.diff();
    return this.sync.plan(diff, { override: overrideExisting, deleteOrphans, conflict: 'abort' });
  }

  /**
   * Nobody is there to be asked: what both sides changed is left and listed, and a guard stops the run unless it is answered.
   * @throws what `AccessControlLocalSync` throws
   */
  async run(answers: GuardAnswers = {}): Promise<SyncOperationResult<AccessDetails>> {
    await completeInterruptedRun(openStateDirectory(this.project.root), this.context);
    return this.sync.apply(await this.plan(), answers);
  }
}
