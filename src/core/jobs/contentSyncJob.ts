import { ContentLocalSync, type ContentSyncOptions } from '../content/contentLocalSync';
import type { ContentDetails } from '../content/contentOutcome';
import type { ContentPlan } from '../content/contentPlan';
import type { GuardAnswers } from '../guards';
import type { SyncOperationResult } from '../models/operation';
import type { RunContext } from '../ports';
import type { Project } from '../project/discoverProject';
import type { ContentSyncParameters } from './job';

/** Content between disk and database in one go, in the direction its parameters say: `content_sync` of data.md 5.1. */
export class ContentSyncJob {
  private readonly sync: ContentLocalSync;

  constructor(
    project: Project,
    context: RunContext,
    private readonly parameters: ContentSyncParameters,
    options: ContentSyncOptions = {},
  ) {
    this.sync = new ContentLocalSync(project, context, options);
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
    return this.sync.apply(await this.plan(), answers);
  }
}
