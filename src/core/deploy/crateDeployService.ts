import { connectTenant, type ConnectOptions, type TenantConnection } from '../api/connectTenant';
import { assertGuards, type GuardAnswers } from '../guards';
import type { SyncOperationResult } from '../models/operation';
import type { RunContext } from '../ports';
import { readProfile } from '../project/profile';
import type { Project } from '../project/project';
import { createRedactor } from '../redact';
import { findOperatorToken } from '../signIn/operatorToken';
import { openStateDirectory, type StateDirectory } from '../state/stateDirectory';
import { SyncError } from '../syncError';
import { cargoBuild } from './cargoBuild';
import type { Check } from './check';
import { childEnvironment } from './childEnvironment';
import { findLayout } from './deployLayout';
import type { DeployObserver } from './deployObserver';
import { checkDeployOptions, type DeployOptions } from './deployOptions';
import { deployResult, type DeployDetails } from './deployOutcome';
import { deployPlanId, deploySteps, type DeployPlan, type PlannedCommands } from './deployPlan';
import { checkTag, makeTag } from './deployTag';
import { findEngine } from './engine';
import { readGitState, type GitState } from './gitState';
import { imageBuild } from './imageBuild';
import { imageReference, imageRepository } from './imageReference';
import { requirePassed, runPreflight } from './preflight';
import { recordRelease } from './recordRelease';
import { liveRelease, readReleases, type Release } from './releases';
import { dockerfileDigest, requireUnmoved } from './requireUnmoved';
import { rollbackPlan } from './rollbackPlan';
import { runSteps } from './runSteps';
import { tenantSecrets } from './tenantSecrets';

export interface DeploySettings extends ConnectOptions {
  readonly project: Project;
  readonly context: RunContext;
  /** Between SIGTERM and SIGKILL when a step is cancelled; default 5 s. */
  readonly killAfterMs?: number | undefined;
  /** First pause between two questions whether the release runs; default 1 s. */
  readonly firstPauseMs?: number | undefined;
}

/** A release call may take as long as the tenant's own limit for it. */
const releaseNoProgressMs = 660_000;

/**
 * Takes a project to its tenant: checks, builds, pushes, releases, and knows that it runs (cloud.md 1.9, 4.3). A plan is what
 * is looked at, confirmed and carried out. Close it when done.
 */
export class CrateDeployService {
  readonly #settings: DeploySettings;
  readonly #state: StateDirectory;
  #tenant: Promise<TenantConnection> | undefined;

  constructor(settings: DeploySettings) {
    this.#settings = settings;
    this.#state = openStateDirectory(settings.project.root);
  }

  /**
   * Whether a deploy could go: one answer per question, in a fixed order. Changes nothing.
   * @throws SyncError `invalidInput` for the options, `cancelled`
   */
  async preflight(options: DeployOptions = {}): Promise<readonly Check[]> {
    return (await this.#inspect(options)).checks;
  }

  /**
   * What a deploy would do. Runs the preflight, unless its answers are handed in.
   * @throws SyncError of the first check that failed, `invalidInput`, and what the client throws
   */
  async plan(options: DeployOptions = {}, checks?: readonly Check[]): Promise<DeployPlan> {
    const seen = await this.#inspect(options, checks);
    requirePassed(seen.checks);
    const { project, context } = this.#settings;
    const tenant = await this.#connection();
    const [releases, answer] = await Promise.all([
      readReleases(this.#state, tenant.identity),
      tenant.client.registryToken(context),
    ]);
    const repository = imageRepository(answer, answer.repository ?? (await tenant.client.tenantApp(context)));
    const git = options.skipBuild === true ? undefined : await this.#gitOr(seen.git, options);
    const tag = options.tag === undefined ? makeTag(context.now(), git?.sha) : checkTag(options.tag);
    const image = imageReference(repository, tag);
    const isLocal = options.skipPush === true && options.skipBuild !== true;
    const known = releases.find((release) => release.tag === tag);
    const engine = options.skipBuild === true && options.skipPush === true ? undefined : await seen.engine();
    const parts = { options, engine, image, repository, layout: seen.layout };
    const steps = deploySteps(parts, this.#commands(parts));
    const target = isLocal
      ? { kind: 'disk' as const, label: `image ${image} on this machine`, host: '', production: false }
      : tenant.target;
    const built = options.skipBuild === true ? undefined : seen.layout;
    const dockerfile = await dockerfileDigest(project.root, built);
    const sha = git === undefined ? (known?.sha ?? null) : (git.sha ?? null);
    return {
      ...parts,
      id: deployPlanId(target, steps, [sha, dockerfile, tenant.identity]),
      operation: 'crate_deploy',
      kind: 'deploy',
      tag,
      tenant: tenant.identity,
      target,
      steps,
      left: [],
      sourceItems: 1,
      targetItems: 1,
      sha,
      dirty: git?.dirty ?? [],
      digest: options.skipBuild === true ? (known?.digest ?? null) : null,
      previous: liveRelease(releases) ?? null,
      dockerfileDigest: dockerfile,
      checks: seen.checks,
      notes: [],
    };
  }

  /** Preflight, plan, ask, apply. @param confirm answers the guards, and throws where the answer is no: that stops it */
  async deploy(
    options: DeployOptions,
    confirm: (plan: DeployPlan) => Promise<GuardAnswers>,
    observer?: DeployObserver,
  ): Promise<SyncOperationResult<DeployDetails>> {
    const plan = await this.plan(options);
    return this.apply(plan, await confirm(plan), observer);
  }

  /** Releases of this project's tenant, newest first, at most ten. @throws SyncError `missingConfig`, `unauthorized`, `io` */
  async releases(): Promise<readonly Release[]> {
    return readReleases(this.#state, (await this.#connection()).identity);
  }

  /**
   * What releasing an earlier image again would do: no build, no push.
   * @throws SyncError `invalidInput` when no release has that tag
   */
  async planRollback(tag: string, options: Pick<DeployOptions, 'waitMs'> = {}): Promise<DeployPlan> {
    checkTag(tag);
    const { identity, target } = await this.#connection();
    const releases = await readReleases(this.#state, identity);
    return rollbackPlan({ tag, releases, tenant: identity, target, options });
  }

  /**
   * Carries out a plan: guards, checks that what it saw is still so, steps, record. Where something outside of this machine had
   * changed before it failed, the result says so (`state` partial, `details.live` says what runs); else the error is thrown.
   *
   * @throws SyncError `guard`, `conflict`, `commandFailed`, `commandSpawnFailed`, `dockerLoginFailed`, `cancelled`, and what the
   *   client throws
   */
  async apply(
    plan: DeployPlan,
    answers: GuardAnswers = {},
    observer: DeployObserver = {},
  ): Promise<SyncOperationResult<DeployDetails>> {
    assertGuards(plan, answers);
    const { project, context, env, apiToken, killAfterMs, firstPauseMs } = this.#settings;
    const tenant = await this.#connection();
    await requireUnmoved(plan, {
      tenant: tenant.identity,
      root: project.root,
      git: () =>
        this.#gitOr(() => readGitState(project.root, childEnvironment(env), context.signal), plan.options),
    });
    const token = await findOperatorToken({ ...project, mode: 'relay' }, { env, apiToken });
    const redactor = createRedactor([token.value()]);
    const releaseClient = (await this.#connect(releaseNoProgressMs)).client;
    try {
      const outcome = await runSteps({
        plan,
        commands: this.#commands(plan),
        root: project.root,
        env: childEnvironment(this.#settings.env),
        client: tenant.client,
        releaseClient,
        secrets: () => this.#secrets(),
        redactor,
        observer,
        context,
        killAfterMs,
        firstPauseMs,
      });
      await recordRelease(plan, outcome, this.#state, context);
      return deployResult(plan, outcome);
    } finally {
      await releaseClient.close();
    }
  }

  async close(): Promise<void> {
    await (await this.#tenant?.catch(() => undefined))?.client.close();
  }

  async #inspect(options: DeployOptions, known?: readonly Check[]) {
    checkDeployOptions(options);
    if (options.tag !== undefined) checkTag(options.tag);
    const { project, context, env, apiToken } = this.#settings;
    const layout = await findLayout(project);
    const childEnv = childEnvironment(this.#settings.env);
    const run = { cwd: project.root, env: childEnv, signal: context.signal };
    const engine = once(() => findEngine(options.engine, run));
    const git = once(() => readGitState(project.root, childEnv, context.signal));
    const tenant = () => this.#connection();
    const checks =
      known ??
      (await runPreflight({ project, options, env, context, apiToken, layout, engine, git, tenant }));
    return { checks, layout, engine, git };
  }

  /** With a tag of its own, a deploy goes without a commit to name. */
  async #gitOr(git: () => Promise<GitState>, { tag }: DeployOptions): Promise<GitState> {
    try {
      return await git();
    } catch (error) {
      if (tag !== undefined && SyncError.is(error, 'gitShaUnavailable')) return { sha: undefined, dirty: [] };
      throw error;
    }
  }

  #commands({
    options,
    engine,
    layout,
    image,
  }: Pick<DeployPlan, 'options' | 'engine' | 'layout' | 'image'>): PlannedCommands {
    if (options.skipBuild === true || layout === undefined || engine === undefined)
      return { compile: undefined, build: undefined };
    const { root } = this.#settings.project;
    const env = childEnvironment(this.#settings.env);
    const { dockerfile, cargoManifest } = layout;
    return {
      compile:
        cargoManifest === undefined || options.skipCargo === true
          ? undefined
          : cargoBuild(root, cargoManifest, env),
      build: imageBuild({ engine, root, dockerfile, image, options, env }),
    };
  }

  async #secrets(): Promise<ReadonlyMap<string, string>> {
    const { project, env } = this.#settings;
    if (project.profile !== undefined) return tenantSecrets(await readProfile(project.profile.path, env));
    throw new SyncError('missingConfig', 'No profile is chosen, so there are no secrets to send.', {
      hint: 'Choose a profile (--profile), or deploy without sending secrets.',
    });
  }

  #connection(): Promise<TenantConnection> {
    this.#tenant ??= this.#connect();
    return this.#tenant;
  }

  /** A deploy is the control plane's, also where files go to the tenant directly. */
  #connect(noProgressMs?: number): Promise<TenantConnection> {
    const { project, env, apiToken, client } = this.#settings;
    const relayed = project.mode === 'direct' && project.tenant.id !== undefined;
    return connectTenant(relayed ? { ...project, mode: 'relay' } : project, {
      env,
      apiToken,
      client: { ...client, http: { ...client?.http, ...(noProgressMs !== undefined && { noProgressMs }) } },
    });
  }
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => (asked ??= ask());
}
