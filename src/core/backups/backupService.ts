import { withDatabase, type Database } from '../database/connection';
import type { DatabaseTarget } from '../database/databaseTarget';
import { sha256, netstrings } from '../digest';
import { assertGuards, type GuardAnswers } from '../guards';
import type { SyncOperationResult } from '../models/operation';
import type { PlanTarget, SkippedItem, SyncPlan } from '../models/plan';
import type { RunContext } from '../ports';
import { requireDatabase, type Project } from '../project/discoverProject';
import {
  createBackupStore,
  type Backup,
  type BackupStore,
  type BackupSummary,
  type BackupWriter,
} from '../state/backupStore';
import { openStateDirectory, type StateDirectory } from '../state/stateDirectory';
import { applyUnderLock } from '../state/withProjectLock';
import { SyncError } from '../syncError';
import { backUpReplacedFiles, planFiles, restoreFiles, type FileStep } from './restoreFiles';
import { planRows, restoreRows, type RowStep } from './restoreRows';

/** One old value that is to come back. */
export type RestoreStep = FileStep | RowStep;

export interface RestorePlan extends SyncPlan<RestoreStep> {
  readonly operation: 'restore';
  readonly backup: string;
}

export interface RestoreDetails {
  readonly files: number;
  readonly rows: number;
  readonly left: readonly SkippedItem[];
}

/** What a restore has really done. */
interface Restored {
  readonly done: readonly RestoreStep[];
  readonly refused: readonly SkippedItem[];
}

export interface RestoreOptions {
  /** Also bring back what somebody has changed since the operation; the change goes into a backup first. */
  readonly override?: boolean;
}

/** The old values of everything that was overwritten or deleted, in every domain, and the way back to them. */
export class BackupService {
  private readonly state: StateDirectory;
  private readonly store: BackupStore;

  constructor(
    private readonly project: Project,
    private readonly context: RunContext,
    keep = 20,
  ) {
    this.state = openStateDirectory(project.root);
    this.store = createBackupStore(this.state, { keep });
  }

  /** Newest first. */
  list(): Promise<readonly BackupSummary[]> {
    return this.store.list();
  }

  prune(): Promise<readonly string[]> {
    return this.store.prune();
  }

  /**
   * What bringing a backup back would do; an item that changed since the operation is left unless `override` says otherwise.
   * @throws SyncError `invalidInput` for an unknown id, `guard` when its rows belong to another database
   */
  async planRestore(id: string, { override = false }: RestoreOptions = {}): Promise<RestorePlan> {
    const backup = await this.store.read(id);
    const files = await planFiles(backup, this.project.root, override);
    const rows =
      backup.rows.length === 0
        ? { steps: [], left: [] }
        : await this.withDatabaseOf(backup.target, (db) => planRows(db, backup.rows, override));
    const steps: RestoreStep[] = [...files.steps, ...rows.steps];
    const left = [...files.left, ...rows.left];
    const target = this.targetOf(backup);
    const seen = steps.map((step) => netstrings([step.kind, step.action, step.item, step.current]));
    return {
      id: sha256(netstrings([id, target.label, ...seen])),
      operation: 'restore',
      backup: id,
      target,
      steps,
      left,
      targetItems: steps.length + left.length,
      sourceItems: steps.length + left.length,
    };
  }

  /**
   * Rows are restored in one transaction, files under a journal; what they replace is in a backup first.
   * @throws SyncError `guard`, `locked`, `io`, `database`
   */
  async applyRestore(
    plan: RestorePlan,
    answers: GuardAnswers = {},
  ): Promise<SyncOperationResult<RestoreDetails>> {
    assertGuards(plan, answers);
    return applyUnderLock(
      { state: this.state, owner: 'backups restore', context: this.context },
      async (lock) => {
        const { context, project, state, store } = this;
        const backup = await store.read(plan.backup);
        const writer = store.begin({ operation: plan.operation, target: backup.target, now: context.now() });
        const fileSteps = plan.steps.filter((step) => step.kind === 'file');
        const rowSteps = plan.steps.filter((step) => step.kind === 'row');
        await backUpReplacedFiles(fileSteps, project.root, writer);
        const commit = async () => {
          const id = await writer.commit();
          await lock.assertHeld();
          return id;
        };
        const { rows, id } = await this.restoreRowsOf(backup.target, rowSteps, writer, commit);
        const files = await restoreFiles(fileSteps, {
          backup,
          projectRoot: project.root,
          state,
          lock,
          context,
        });
        await store.prune();
        return restoreResult(plan, files, rows, id);
      },
    );
  }

  private async restoreRowsOf(
    target: string,
    steps: readonly RowStep[],
    writer: BackupWriter,
    commitBackup: () => Promise<string | undefined>,
  ): Promise<{ rows: Restored; id: string | undefined }> {
    if (steps.length === 0) return { rows: { done: [], refused: [] }, id: await commitBackup() };
    try {
      return await this.withDatabaseOf(target, (db) =>
        db.transaction(async () => {
          const rows = await restoreRows(db, steps, writer);
          return { rows, id: await commitBackup() };
        }),
      );
    } catch (error) {
      await writer.discard();
      throw error;
    }
  }

  private withDatabaseOf<T>(identity: string, run: (db: Database) => Promise<T>): Promise<T> {
    return withDatabase(this.databaseOf(identity), { context: this.context }, run);
  }

  /** The rows of `db push` belong to the cloud database, all others to the project's own. */
  private databaseOf(identity: string): DatabaseTarget {
    const { cloudDatabase } = this.project;
    if (cloudDatabase?.identity === identity) return cloudDatabase;
    const own = requireDatabase(this.project);
    if (own.identity === identity) return own;
    throw new SyncError(
      'guard',
      `The backup holds rows of ${identity}, and this project is set to ${own.label}. Nothing was changed.`,
      {
        hint: 'Choose the profile, --database-url or --cloud-database-url that the backup was made with.',
        details: { guard: 'otherTarget', backupTarget: identity, target: own.identity },
      },
    );
  }

  private targetOf(backup: Backup): PlanTarget {
    if (backup.rows.length === 0) {
      return { kind: 'disk', label: 'the project’s files', host: '', production: false };
    }
    const { label, host, production } = this.databaseOf(backup.target);
    return { kind: 'database', label, host, production };
  }
}

function restoreResult(
  plan: RestorePlan,
  files: Restored,
  rows: Restored,
  backup: string | undefined,
): SyncOperationResult<RestoreDetails> {
  const refused = [...files.refused, ...rows.refused];
  const left = [...plan.left, ...refused];
  const done = files.done.length + rows.done.length;
  const isWhole = done + refused.length === plan.steps.length;
  return {
    operation: 'restore',
    success: isWhole && refused.length === 0,
    items_synced: done,
    items_skipped: left.length,
    errors: refused.map(({ item, reason }) => `${item}: ${reason}`),
    details: { files: files.done.length, rows: rows.done.length, left },
    state: isWhole ? { kind: 'completed' } : { kind: 'partial', completed: done, total: plan.steps.length },
    plan_id: plan.id,
    ...(backup !== undefined && { backup }),
    warnings: [],
  };
}
