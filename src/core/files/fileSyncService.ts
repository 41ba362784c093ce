import type { FileManifest } from '../api/apiModels';
import { classicDirectories } from '../api/capabilities';
import {
  BackupService,
  type RestoreDetails,
  type RestoreOptions,
  type RestorePlan,
} from '../backups/backupService';
import { assertGuards, type GuardAnswers } from '../guards';
import type { SyncOperationResult } from '../models/operation';
import type { PlanTarget } from '../models/plan';
import { createBackupStore, type BackupSummary } from '../state/backupStore';
import { readBase } from '../state/baseStore';
import { completeInterruptedRun } from '../state/interruptedRun';
import { openStateDirectory, type StateDirectory } from '../state/stateDirectory';
import { applyUnderLock } from '../state/withProjectLock';
import { SyncError } from '../syncError';
import { servicesPrefix } from './applyContext';
import { applyPlan, filesDomain, type ApplySettings } from './applyPlan';
import { backUpTree } from './backUpTree';
import { collectFiles, type CollectOptions } from './collectFiles';
import { compareFiles } from './compareFiles';
import { connectTenant, type ConnectOptions, type TenantConnection } from '../api/connectTenant';
import type { FilesDiff } from './filesDiff';
import type { FilesDetails } from './filesOutcome';
import { findUnsendable } from './findUnsendable';
import { planFiles, type FilesPlan, type FilesPlanOptions } from './filesPlan';
import { openHashCache } from './hashCache';
import type { LocalTree } from './localTree';
import { readIgnoreRules } from './readIgnoreRules';
import { readRemote } from './readRemote';
import { readRemoteFile, type ReadRemoteFileInput } from './readRemoteFile';
import { readVersions, type FileVersions } from './readVersions';
import { remoteTree } from './remoteTree';
import { requireSameTenant } from './requireSameTenant';

export interface FileSyncSettings extends ConnectOptions, ApplySettings {
  /** False for a dry run: then comparing writes no cache either. */
  readonly keepCaches?: boolean | undefined;
}

/**
 * The services directory of a project and the files of its tenant: compare, plan, apply. A plan is what is looked at,
 * confirmed and carried out; nothing else is. Close it when done.
 */
export class FileSyncService {
  readonly #settings: FileSyncSettings;
  readonly #state: StateDirectory;
  #tenant: Promise<TenantConnection> | undefined;

  constructor(settings: FileSyncSettings) {
    this.#settings = settings;
    this.#state = openStateDirectory(settings.project.root);
  }

  /**
   * The local files that take part, and what is left out with the reason.
   * @param directories those that the tenant names; the seven that every server has when absent
   * @throws SyncError `missingConfig` when the services directory is gone, `io`, `cancelled`
   */
  async collect(directories: readonly string[] = classicDirectories): Promise<LocalTree> {
    const { project } = this.#settings;
    return this.#collect({ directories, ignored: await readIgnoreRules(project.root, project.servicesDir) });
  }

  async #collect(what: Pick<CollectOptions, 'directories' | 'ignored' | 'judged'>): Promise<LocalTree> {
    const { project, context, keepCaches = true } = this.#settings;
    const cache = await openHashCache(this.#state);
    const { servicesDir } = project;
    const tree = await collectFiles({ ...what, servicesDir, cache, signal: context.signal });
    if (keepCaches) await cache.save(context.now());
    return tree;
  }

  /** What the tenant holds, as it says. @throws SyncError as the client says */
  async manifest(): Promise<FileManifest> {
    return (await this.#readRemote(await this.#connection())).manifest;
  }

  /** Which tenant that is, for people and for guards; asks nothing of it. @throws SyncError as `connectTenant` says */
  async target(): Promise<PlanTarget> {
    return (await this.#connection()).target;
  }

  /**
   * Compares with the manifest, and changes nothing but caches.
   * @throws SyncError `missingConfig`, `unauthorized`, `http`, `apiError`, `io`, `cancelled`
   */
  async diff(): Promise<FilesDiff> {
    const { project, context } = this.#settings;
    const tenant = await this.#connection();
    context.progress({ message: 'Comparing files' });
    const [{ manifest, states }, base, ignored] = await Promise.all([
      this.#readRemote(tenant),
      readBase(this.#state, filesDomain, tenant.identity),
      readIgnoreRules(project.root, project.servicesDir),
    ]);
    const remote = remoteTree(manifest, ignored);
    const { directories } = remote.state;
    const local = await this.#collect({ directories, ignored, judged: remote.files });
    return compareFiles({ local, remote, base, tenant: tenant.identity, states });
  }

  /**
   * What would be done about a diff. Neither side is looked at again, but for files that may be too large to be sent: those
   * are packed to be sure, and said here, before anything is sent.
   */
  async plan(diff: FilesDiff, options: FilesPlanOptions): Promise<FilesPlan> {
    const { target } = await this.#connection();
    if (options.direction === 'pull') return planFiles(diff, this.#diskSide(), options);
    const plan = planFiles(diff, target, options);
    const { project, context } = this.#settings;
    const unsendable = await findUnsendable(plan, project.servicesDir, context.signal);
    return unsendable.size === 0 ? plan : planFiles(diff, target, { ...options, unsendable });
  }

  /** Compare, plan, ask, apply. @param confirm answers the guards, and throws where the answer is no */
  push(
    options: Omit<FilesPlanOptions, 'direction'>,
    confirm: (plan: FilesPlan) => Promise<GuardAnswers>,
  ): Promise<SyncOperationResult<FilesDetails>> {
    return this.#sync({ ...options, direction: 'push' }, confirm);
  }

  /** Compare, plan, ask, apply. @param confirm answers the guards, and throws where the answer is no */
  pull(
    options: Omit<FilesPlanOptions, 'direction'>,
    confirm: (plan: FilesPlan) => Promise<GuardAnswers>,
  ): Promise<SyncOperationResult<FilesDetails>> {
    return this.#sync({ ...options, direction: 'pull' }, confirm);
  }

  /**
   * Carries out a plan: guards, lock, checks, backup, changes, proof, base; in this order. Also takes equal files over as
   * base. Where something was done before it failed, the result says so (`state` partial); else the error is thrown.
   * @throws SyncError `guard`, `locked`, `io`, `tarballUnsafe`, `cancelled`, and what the client throws
   */
  async apply(plan: FilesPlan, answers: GuardAnswers = {}): Promise<SyncOperationResult<FilesDetails>> {
    assertGuards(plan, answers);
    const tenant = await this.#connection();
    requireSameTenant(plan, tenant);
    return applyPlan(plan, tenant, this.#state, this.#settings);
  }

  /**
   * Puts every local file that takes part into a backup, whatever the tenant holds.
   * @returns its id; undefined when there is no file
   * @throws SyncError `locked`, `io`, `cancelled`
   */
  async backup(): Promise<string | undefined> {
    const { project, context, keepBackups } = this.#settings;
    const tree = await this.collect();
    return applyUnderLock({ state: this.#state, owner: 'files backup', context }, async () => {
      const backups = createBackupStore(this.#state, keepBackups === undefined ? {} : { keep: keepBackups });
      const id = await backUpTree({
        tree,
        backups,
        servicesDir: project.servicesDir,
        servicesPrefix: servicesPrefix(project),
        fileSystem: this.#state.fileSystem,
        context,
      });
      await backups.prune();
      return id;
    });
  }

  /** Backups of file operations, newest first. */
  async backups(): Promise<readonly BackupSummary[]> {
    const all = await this.#backupService().list();
    return all.filter(
      ({ operation, target }) => operation.startsWith('files_') || target.startsWith('tenant:'),
    );
  }

  /**
   * What bringing files of a backup back to the disk would do; a restored file can then be pushed.
   * @throws SyncError `invalidInput` for an unknown id, or one of another domain
   */
  async planRestore(id: string, options: RestoreOptions = {}): Promise<RestorePlan> {
    const service = this.#backupService();
    const plan = await service.planRestore(id, options);
    if ((await this.backups()).some((backup) => backup.id === id)) return plan;
    throw new SyncError('invalidInput', `Backup ${id} is not one of files.`, {
      hint: '"backups restore" brings back backups of every kind.',
    });
  }

  /** @throws SyncError `guard`, `locked`, `io` */
  restore(plan: RestorePlan, answers: GuardAnswers = {}): Promise<SyncOperationResult<RestoreDetails>> {
    return this.#backupService().applyRestore(plan, answers);
  }

  /**
   * The tenant's version of a file that a diff saw, to be shown beside the local one: downloaded once, then kept by digest.
   * @returns undefined when the tenant does not hold that version any more
   * @throws SyncError `tarballUnsafe`, `io`, and what the client throws
   */
  async remoteFile(diff: FilesDiff, path: string): Promise<Buffer | undefined> {
    return readRemoteFile(await this.#reading(diff, path));
  }

  /**
   * What there is of a file that a diff saw, for a three-way merge.
   * @throws SyncError as {@link remoteFile} says
   */
  async versions(diff: FilesDiff, path: string): Promise<FileVersions> {
    return readVersions(await this.#reading(diff, path), this.#settings.project.servicesDir);
  }

  async close(): Promise<void> {
    await (await this.#tenant?.catch(() => undefined))?.client.close();
  }

  async #sync(
    options: FilesPlanOptions,
    confirm: (plan: FilesPlan) => Promise<GuardAnswers>,
  ): Promise<SyncOperationResult<FilesDetails>> {
    await completeInterruptedRun(this.#state, this.#settings.context);
    const plan = await this.plan(await this.diff(), options);
    return this.apply(plan, await confirm(plan));
  }

  #readRemote(tenant: TenantConnection) {
    const { context, limits, keepCaches = true } = this.#settings;
    return readRemote(tenant, this.#state, context, { keep: keepCaches, limits });
  }

  #connection(): Promise<TenantConnection> {
    this.#tenant ??= connectTenant(this.#settings.project, this.#settings);
    return this.#tenant;
  }

  async #reading(diff: FilesDiff, path: string): Promise<ReadRemoteFileInput> {
    const { context, limits } = this.#settings;
    return { diff, path, tenant: await this.#connection(), state: this.#state, context, limits };
  }

  #diskSide(): PlanTarget {
    return { kind: 'disk', label: servicesPrefix(this.#settings.project), host: '', production: false };
  }

  #backupService(): BackupService {
    const { project, context, keepBackups } = this.#settings;
    return new BackupService(project, context, keepBackups);
  }
}
