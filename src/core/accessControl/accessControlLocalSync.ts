import { withDatabase, type Database } from '../database/connection';
import { assertGuards, type GuardAnswers } from '../guards';
import type { SyncOperationResult } from '../models/operation';
import type { PlanTarget } from '../models/plan';
import type { RunContext } from '../ports';
import { requireDatabase, type Project } from '../project/discoverProject';
import { createBackupStore } from '../state/backupStore';
import { readBase, writeBase, type BaseState } from '../state/baseStore';
import type { ProjectLock } from '../state/projectLock';
import { openStateDirectory, type StateDirectory } from '../state/stateDirectory';
import { applyUnderLock } from '../state/withProjectLock';
import { SyncError } from '../syncError';
import { errorsOf, type AccessDiff } from './accessDiff';
import {
  accessResult,
  baseAfterExport,
  nextAccessBase,
  nothingDone,
  type AccessDetails,
  type AccessOutcome,
} from './accessOutcome';
import { planAccess, type AccessPlan, type AccessPlanOptions } from './accessPlan';
import { accessQuestions, type AccessQuestions } from './accessQuestions';
import { readAccessState } from './accessRepository';
import type { EntityKey } from './accessRule';
import type { AccessState } from './accessState';
import { applyAccess } from './applyAccess';
import { checkAccess, unusable, type CheckedAccess } from './checkAccess';
import { compareState, nothingCompared } from './compareState';
import { readEntityCatalog, type EntityCatalog } from './entityCatalog';
import { plannedFacts } from './entityFacts';
import { explainAccess, parentsOf, readUserRules, type AccessExplanation } from './explainAccess';
import type { AccessDialect } from './exportableRules';
import { exportAccess, type AccessExport } from './exportAccess';
import { parseAccessFile } from './parseAccessFile';
import { isAccessFile } from './readAccessFiles';
import type { Subject } from './resolveAccess';
import { rulesBeside } from './rulesBeside';
import { planAccessFile, readIfThere, writeAccessFile, type AccessFilePlan } from './writeAccessFile';

/** The base of access rules is kept under this name. */
const domain = 'accessControl';

export interface AccessControlOptions {
  /** Instead of the project's two files: absolute, or relative to the services directory. */
  readonly file?: string | undefined;
  /** How many backups of any kind are kept after an apply. */
  readonly keepBackups?: number;
}

/** An explanation, and what it would be once the files are applied, all of them. */
export interface PendingExplanation extends AccessExplanation {
  readonly pending?: AccessExplanation;
}

/**
 * Access rules between `services/access-control/` and the tables `access_control_entities` and `access_control_rules`: what
 * the files say is what is granted, and everything else is shown. A plan is what is looked at, confirmed and carried out.
 */
export class AccessControlLocalSync {
  private readonly state: StateDirectory;

  constructor(
    private readonly project: Project,
    private readonly context: RunContext,
    private readonly options: AccessControlOptions = {},
  ) {
    this.state = openStateDirectory(project.root);
  }

  /**
   * Reads and checks the files alone: what Problems shows without a database.
   * @throws SyncError `missingConfig` when there are none, `cancelled`
   */
  check(): Promise<CheckedAccess> {
    const { servicesDir, root: projectRoot } = this.project;
    return checkAccess({ servicesDir, projectRoot, file: this.options.file }, this.context);
  }

  /**
   * Compares, and changes nothing. Errors in the files end it before the database is asked: then `state` is undefined, and
   * nothing is in sync.
   * @throws SyncError `missingConfig`, `unsupported` for a database without the tables, `database`, `cancelled`
   */
  async diff(): Promise<AccessDiff> {
    const checked = await this.check();
    const target = requireDatabase(this.project);
    if (errorsOf(checked).length > 0) return nothingCompared(checked, target.identity);
    const base = await readBase(this.state, domain, target.identity);
    return withDatabase(target, { context: this.context }, (db) => this.compare(checked, db, base));
  }

  /** What would be done about a diff. Pure. @throws SyncError `invalidInput` when the files have errors */
  plan(diff: AccessDiff, options: AccessPlanOptions): AccessPlan {
    const errors = errorsOf(diff);
    if (errors.length > 0) throw unusable(errors);
    const { label, host, production } = requireDatabase(this.project);
    const target: PlanTarget = { kind: 'database', label, host, production };
    return planAccess(diff, target, options);
  }

  /**
   * Carries out a plan, all of it or nothing: guards, lock, checks, backup, changes, base; in this order.
   * @throws SyncError `guard`, `locked`, `conflict` when files or rules have changed since, `database`, `io`, `cancelled`;
   * nothing was changed then, unless the details say `outcomeUnknown`
   */
  async apply(plan: AccessPlan, answers: GuardAnswers = {}): Promise<SyncOperationResult<AccessDetails>> {
    assertGuards(plan, answers);
    const owner = 'access control apply';
    return applyUnderLock({ state: this.state, owner, context: this.context }, async (lock) => {
      const base = await readBase(this.state, domain, plan.databaseIdentity);
      const outcome = plan.steps.length === 0 ? nothingDone : await this.carryOut(plan, base, lock);
      await writeBase(this.state, lock, domain, plan.databaseIdentity, nextAccessBase(base, plan));
      return accessResult(plan, outcome);
    });
  }

  /** What `explain` can be asked about. @throws SyncError `unsupported`, `database`, `cancelled` */
  async questions(): Promise<AccessQuestions> {
    const checked = await this.checkIfThere();
    const catalog = await this.catalogOf(checked);
    return accessQuestions(await this.readState(), catalog, checked?.rules ?? []);
  }

  /**
   * Who may what with an entity, which rule says so, and what the files would make of it.
   * @throws SyncError `unsupported`, `database`, `cancelled`
   */
  async explain(entity: EntityKey, subject: Subject): Promise<PendingExplanation> {
    const target = requireDatabase(this.project);
    const checked = await this.checkIfThere();
    const catalog = await this.catalogOf(checked);
    const base = await readBase(this.state, domain, target.identity);
    return withDatabase(target, { context: this.context }, async (db) => {
      const state = await readAccessState(db);
      const asked = [entity, ...parentsOf(entity, catalog)];
      const userRules =
        subject.user === undefined
          ? new Map<string, never[]>()
          : await readUserRules(db, asked, subject.user);
      const input = { entity, subject, state, catalog, userRules };
      const now = explainAccess(input);
      if (!checked || errorsOf(checked).length > 0) return now;
      const diff = compareState(checked, state, base, target.identity);
      if (errorsOf(diff).length > 0) return now;
      const plan = this.plan(diff, { override: true, deleteOrphans: true, prune: true });
      const pending = explainAccess({ ...input, facts: plannedFacts(state, plan) });
      const same = pending.decision === now.decision && pending.reason === now.reason;
      return same ? now : { ...now, pending };
    });
  }

  /** The database's role rules as YAML. @throws SyncError `unsupported`, `database`, `cancelled` */
  async export(dialect?: AccessDialect): Promise<AccessExport> {
    return exportAccess({ state: await this.readState(), dialect });
  }

  /**
   * What writing the database's role rules to a file would do; over an existing one, the comments of rules that stay are kept.
   * @param path absolute
   * @throws SyncError `invalidInput` when the file has errors, `unsupported`, `database`, `io`, `cancelled`
   */
  async planExport(path: string, dialect?: AccessDialect): Promise<AccessFilePlan> {
    const { servicesDir, root: projectRoot } = this.project;
    const state = await this.readState();
    const before = await readIfThere(path);
    const file = parseAccessFile(before?.toString('utf8') ?? '', path);
    const errors = errorsOf(file);
    if (errors.length > 0) throw unusable(errors);
    const beside = await rulesBeside(path, { servicesDir, projectRoot }, state);
    const input = { state, path, dialect, beside };
    return planAccessFile(path, before, await exportAccess({ ...input, ...(before && { over: file }) }));
  }

  /** @returns the id of the backup, when a file was written over. @throws SyncError `conflict`, `invalidInput`, `locked`, `io` */
  async applyExport(plan: AccessFilePlan): Promise<string | undefined> {
    const { state, context } = this;
    return applyUnderLock({ state, owner: 'access control export', context }, async (lock) => {
      const backup = await writeAccessFile({ plan, state, lock, context, keepBackups: this.keepBackups });
      if (isAccessFile(plan.path, this.project.servicesDir)) await this.forgetUnsayable(plan, lock);
      return backup;
    });
  }

  private async forgetUnsayable({ exported }: AccessFilePlan, lock: ProjectLock): Promise<void> {
    const { identity } = requireDatabase(this.project);
    const base = await readBase(this.state, domain, identity);
    const next = base && baseAfterExport(base, exported);
    if (next && next.size < base.size) await writeBase(this.state, lock, domain, identity, next);
  }

  private async carryOut(
    plan: AccessPlan,
    base: BaseState | undefined,
    lock: ProjectLock,
  ): Promise<AccessOutcome> {
    const { context, state } = this;
    const backups = createBackupStore(state, { keep: this.keepBackups });
    const checked = await this.check();
    const outcome = await withDatabase(requireDatabase(this.project), { context }, (db) => {
      const planAgain = async () => this.plan(await this.compare(checked, db, base), plan.options);
      return applyAccess({ plan, planAgain, db, backups, lock, context });
    });
    await backups.prune();
    return outcome;
  }

  private get keepBackups(): number {
    return this.options.keepBackups ?? 20;
  }

  private readState(): Promise<AccessState> {
    return withDatabase(requireDatabase(this.project), { context: this.context }, readAccessState);
  }

  private async compare(
    checked: CheckedAccess,
    db: Database,
    base: BaseState | undefined,
  ): Promise<AccessDiff> {
    return compareState(checked, await readAccessState(db), base, db.target.identity);
  }

  private async catalogOf(checked: CheckedAccess | undefined): Promise<EntityCatalog> {
    return checked?.catalog ?? readEntityCatalog(this.project.servicesDir, this.context.signal);
  }

  private async checkIfThere(): Promise<CheckedAccess | undefined> {
    try {
      return await this.check();
    } catch (error) {
      if (SyncError.is(error, 'missingConfig')) return undefined;
      throw error;
    }
  }
}
