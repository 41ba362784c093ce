import { connectAhead, withDatabase, type Database } from '../database/connection';
import type { DatabaseTarget } from '../database/databaseTarget';
import { assertGuards, type GuardAnswers } from '../guards';
import type { SyncOperationResult } from '../models/operation';
import type { PlanTarget } from '../models/plan';
import type { ContentDiff } from '../models/contentDiff';
import type { RunContext } from '../ports';
import { requireDatabase, type Project } from '../project/discoverProject';
import { createBackupStore } from '../state/backupStore';
import { readBase, readBaseStamp, writeBase } from '../state/baseStore';
import type { FileSystem } from '../state/fileSystem';
import type { ProjectLock } from '../state/projectLock';
import { openStateDirectory, type StateDirectory } from '../state/stateDirectory';
import { applyUnderLock } from '../state/withProjectLock';
import { applyToDatabase } from './applyToDatabase';
import { applyToDisk } from './applyToDisk';
import { readContentConfig } from './config/contentConfig';
import { ContentDiffCalculator } from './contentDiffCalculator';
import { ContentFiles } from './contentFiles';
import { contentResult, nextBase, type ContentDetails, type ContentOutcome } from './contentOutcome';
import { createGroupScanner, type GroupScanner } from './scan/groupScanner';
import { readSavedItems } from './readSavedItems';
import { updateDiff } from './updateDiff';
import { planContent, type ContentPlan, type ContentPlanOptions } from './contentPlan';

/** The base of content is kept under this name; other domains have their own. */
const domain = 'content';

export interface ContentSyncOptions {
  /** How many backups of any kind are kept after an apply; 20 unless told. */
  readonly keepBackups?: number;
  /** Note created rows in the backup too: restoring it deletes them again. For what happens without being asked for. */
  readonly backUpCreated?: boolean;
  /** Where the files are scanned; in this thread unless told. */
  readonly scan?: GroupScanner;
  /** What state and content files are written through; Node's own unless told. */
  readonly fileSystem?: FileSystem;
}

/**
 * Content between the markdown files of a project and its database: compare, plan, apply. A plan is what is looked at,
 * confirmed and carried out; nothing else is.
 */
export class ContentLocalSync {
  private readonly state: StateDirectory;

  private readonly scan: GroupScanner;

  constructor(
    private readonly project: Project,
    private readonly context: RunContext,
    private readonly options: ContentSyncOptions = {},
  ) {
    this.state = openStateDirectory(project.root, options.fileSystem);
    this.scan = options.scan ?? createGroupScanner(this.state);
  }

  /**
   * Compares, and changes nothing, anywhere.
   * @throws SyncError `missingConfig` without a database or content config, `invalidInput`, `database`, `cancelled`
   */
  async diff(sources: readonly string[] = []): Promise<ContentDiff> {
    const target = requireDatabase(this.project);
    const baseStamp = await readBaseStamp(this.state, domain, target.identity);
    const [config, base] = await Promise.all([
      this.readConfig(),
      readBase(this.state, domain, target.identity),
    ]);
    const { context, project } = this;
    return withDatabase(target, { context }, (db) =>
      // So that digests and whole rows belong together.
      db.transaction(
        () =>
          new ContentDiffCalculator({
            config,
            projectRoot: project.root,
            scan: this.scan,
            db,
            base,
            baseStamp,
            target: target.identity,
            context,
          }).calculate(sources),
        oneSnapshot,
      ),
    );
  }

  /**
   * What `diff()` gives when nothing but these files has changed since `previous`, which was a `diff()` of everything. Where a
   * file stays the item that it was, only that file and its row are read; anything else is compared from the start.
   *
   * @param paths of the files, relative to the project's root, with `/`
   * @throws SyncError as `diff` does
   */
  async update(previous: ContentDiff, paths: readonly string[]): Promise<ContentDiff> {
    const { context, project } = this;
    const target = requireDatabase(project);
    const baseStamp = await readBaseStamp(this.state, domain, target.identity);
    if (previous.target !== target.identity || previous.baseStamp !== baseStamp) return this.diff();
    const config = await this.readConfig();
    const saved = await readSavedItems(previous, paths, { config, projectRoot: project.root, context });
    if (saved === undefined) return this.diff();
    const updated = await withDatabase(target, { context }, (db) =>
      db.transaction(() => updateDiff(previous, saved, { config, db }), oneSnapshot),
    );
    return updated ?? this.diff();
  }

  /** What would be done about a diff. Pure: neither side is looked at again. */
  plan(diff: ContentDiff, options: ContentPlanOptions): ContentPlan {
    const database = requireDatabase(this.project);
    return planContent(diff, options.direction === 'to-db' ? databaseSide(database) : diskSide, options);
  }

  /**
   * Carries out a plan: guards, lock, checks, backup, changes, base; in this order. Also takes equal items over as base.
   * @throws SyncError `guard`, `locked`, `database`, `io`, `cancelled`; what was done before is said in the message
   */
  async apply(plan: ContentPlan, answers: GuardAnswers = {}): Promise<SyncOperationResult<ContentDetails>> {
    assertGuards(plan, answers);
    const owner = `content ${plan.direction}`;
    const underLock = (carryOut: (lock: ProjectLock) => Promise<ContentOutcome>) =>
      applyUnderLock({ state: this.state, owner, context: this.context }, async (lock) => {
        const base = await readBase(this.state, domain, plan.databaseIdentity);
        const outcome = await carryOut(lock);
        await writeBase(this.state, lock, domain, plan.databaseIdentity, nextBase(base, plan, outcome));
        return contentResult(plan, outcome);
      });
    if (plan.steps.length === 0) return underLock(() => Promise.resolve(nothingDone));
    return connectAhead(requireDatabase(this.project), { context: this.context }, (use) =>
      underLock((lock) => this.carryOut(plan, lock, use)),
    );
  }

  private async carryOut(
    plan: ContentPlan,
    lock: ProjectLock,
    use: <T>(run: (db: Database) => Promise<T>) => Promise<T>,
  ): Promise<ContentOutcome> {
    const { context, project, state } = this;
    const backups = createBackupStore(state, { keep: this.options.keepBackups ?? 20 });
    const files = new ContentFiles(await this.readConfig(), project.root);
    const outcome = await use((db) => {
      const input = { plan, db, files, backups, lock, context };
      return plan.direction === 'to-db'
        ? applyToDatabase({ ...input, backUpCreated: this.options.backUpCreated ?? false })
        : applyToDisk({ ...input, state, projectRoot: project.root });
    });
    await backups.prune();
    return outcome;
  }

  private readConfig() {
    return readContentConfig(this.project.servicesDir, this.project.root);
  }
}

const oneSnapshot = { isolation: 'repeatable read', readOnly: true } as const;

const nothingDone: ContentOutcome = {
  created: [],
  updated: [],
  deleted: [],
  refused: [],
  warnings: [],
  cancelled: false,
};

const diskSide: PlanTarget = { kind: 'disk', label: 'the content files', host: '', production: false };

function databaseSide({ label, host, production }: DatabaseTarget): PlanTarget {
  return { kind: 'database', label, host, production };
}
