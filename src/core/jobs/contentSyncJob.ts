import { ContentLocalSync, type ContentSyncOptions } from '../content/contentLocalSync';
import type { ContentDetails } from '../content/contentOutcome';
import type { ContentPlan } from '../content/contentPlan';
import type { GuardAnswers } from '../guards';
import type { SyncOperationResult } from '../models/operation';
import type { RunContext } from '../ports';
import type { Project } from '../project/discoverProject';
import { completeInterruptedRun } from '../state/interruptedRun';
import { openStateDirectory, type StateDirectory } from '../state/stateDirectory';
import type { ContentSyncParameters } from './job';

/** Content between disk and database in one go, in the direction its parameters say: `content_sync` of data.md 5.1. */
export class ContentSyncJob {
  private readonly sync: ContentLocalSync;
  private readonly state: StateDirectory;

  constructor(
    project: Project,
    private readonly context: RunContext,
    private readonly parameters: ContentSyncParameters,
    options: ContentSyncOptions = {},
  ) {
    this.sync = new ContentLocalSync(project, context, options);
    this.state = openStateDirectory(project.root, options.fileSystem);
  }

  /** What a run would do; changes nothing. @throws what `ContentLocalSync.diff` throws */
  async plan(): Promise<ContentPlan> {
    const { direction, sources, overrideExisting, deleteOrphans } = this.parameters;
    const diff = await this.sync.diff(sources);
    return this.sync.plan(diff, {
      direction,
      sources,
      override: overrideExisting,
      deleteOrphans,
      conflict: 'abort',
    });
  }

  /**
   * Nobody is there to be asked: what both sides changed is left and listed, and a guard stops the run unless it is answered.
   * @throws what `ContentLocalSync` throws
   */
  async run(answers: GuardAnswers = {}): Promise<SyncOperationResult<ContentDetails>> {
    await completeInterruptedRun(this.state, this.context);
    return this.sync.apply(await this.plan(), answers);
  }
}
