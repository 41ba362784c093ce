import type { Check } from '../../core/deploy/check';
import { CrateDeployService } from '../../core/deploy/crateDeployService';
import type { DeployObserver } from '../../core/deploy/deployObserver';
import type { DeployOptions, EngineName } from '../../core/deploy/deployOptions';
import { deployResult, emptyOutcome, type DeployDetails } from '../../core/deploy/deployOutcome';
import type { DeployPlan } from '../../core/deploy/deployPlan';
import type { SyncOperationResult } from '../../core/models/operation';
import { SyncError } from '../../core/syncError';
import { confirmPlan } from '../confirmPlan';
import { connectOptions } from '../connectOptions';
import { dryRunDocument } from '../dryRun';
import { exitCodeOf, exitCodes, type ExitCode } from '../exitCodes';
import { checkLines, deployPlanLines, deployResultLines, releaseLines } from '../print/deployLines';
import { openProject, type Command, type Session } from '../session';

export interface WaitOptions {
  /** Seconds. */
  readonly wait?: number;
}

/** As commander names them. */
export interface DeployCommandOptions extends WaitOptions {
  readonly engine?: EngineName;
  readonly tag?: string;
  readonly skipBuild?: boolean;
  readonly skipCargo?: boolean;
  readonly skipPush?: boolean;
  readonly platform?: string;
  readonly buildArg?: readonly string[];
  readonly builder?: string;
  /** False with `--no-cache`. */
  readonly cache?: boolean;
  readonly secrets?: boolean;
}

/** `deploy`: preflight, plan, ask, apply. A dry run ends after the plan; a failed check ends it with exit code 2. */
export const deploy: Command<DeployCommandOptions> = (session, given) =>
  withDeploy(session, async (service) => {
    const options = deployOptions(given);
    const checks = await service.preflight(options);
    if (session.options.dryRun && checks.some(({ state }) => state === 'failed'))
      return answerNotReady(session, checks);
    const plan = await service.plan(options, checks);
    return session.options.dryRun ? answerPlan(session, plan) : carryOut(session, service, plan);
  });

export const deployReleases: Command<object> = (session) =>
  withDeploy(session, async (service) => {
    const releases = await service.releases();
    session.output.answer(releases, releaseLines(releases));
    return exitCodes.done;
  });

/** `deploy rollback TAG`: a plan like any other. */
export function deployRollback(tag: string): Command<WaitOptions> {
  return (session, { wait }) =>
    withDeploy(session, async (service) => {
      const plan = await service.planRollback(tag, wait === undefined ? {} : { waitMs: wait * 1000 });
      return session.options.dryRun ? answerPlan(session, plan) : carryOut(session, service, plan);
    });
}

async function carryOut(session: Session, service: CrateDeployService, plan: DeployPlan): Promise<ExitCode> {
  for (const note of plan.notes) session.context.logger.warn(note);
  const was = plan.previous === null ? '' : ` (now: ${plan.previous.tag})`;
  const answers = await confirmPlan(
    plan,
    session,
    `This releases ${plan.image}${was} to ${plan.target.label}.`,
  );
  const result = await service.apply(plan, answers, observer(session));
  session.output.answer(result, deployResultLines(result));
  return exitCodeOfDeploy(result, session);
}

function exitCodeOfDeploy({ success }: SyncOperationResult<DeployDetails>, { context }: Session): ExitCode {
  if (success) return exitCodes.done;
  return context.signal?.aborted === true ? exitCodes.cancelled : exitCodes.failure;
}

function answerPlan(session: Session, plan: DeployPlan): ExitCode {
  const { details } = deployResult(plan, emptyOutcome(plan));
  const document = dryRunDocument(plan, {
    details: { ...details, status: 'not_started' },
    items_skipped: 0,
    warnings: plan.notes,
  });
  session.output.answer({ ...document, checks: plan.checks }, deployPlanLines(plan));
  return plan.steps.length > 0 ? exitCodes.differences : exitCodes.done;
}

/** What a dry run says when a deploy could not go: every check, and what to do about those that failed. */
function answerNotReady(session: Session, checks: readonly Check[]): ExitCode {
  const errors = checks
    .filter(({ state }) => state === 'failed')
    .map(({ title, message }) => `${title}: ${message}`);
  session.output.answer(
    {
      operation: 'crate_deploy',
      success: false,
      dry_run: true,
      items_synced: 0,
      items_skipped: 0,
      errors,
      details: null,
      state: { kind: 'not_started' },
      plan_id: '',
      warnings: [],
      checks,
    },
    [...checkLines(checks), 'Not ready to deploy. Nothing was changed.'],
  );
  return exitCodeOf('missingConfig');
}

/** Steps and output go to stderr: they are no part of the answer. */
function observer({ context }: Session): DeployObserver {
  return {
    onStep: ({ title, state, ms, index, of }) => {
      const took = ms === undefined ? '' : ` (${(ms / 1000).toFixed(1)} s)`;
      context.logger.info(`[${index}/${of}] ${title}: ${state}${took}`);
    },
    onLine: (line, step) => context.logger.info(`${step}: ${line}`),
  };
}

function deployOptions(given: DeployCommandOptions): DeployOptions {
  const { wait, cache, buildArg, ...same } = given;
  return {
    ...same,
    ...(cache === false && { noCache: true }),
    ...(wait !== undefined && { waitMs: wait * 1000 }),
    ...(buildArg !== undefined && { buildArgs: Object.fromEntries(buildArg.map(pairOf)) }),
  };
}

function pairOf(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new SyncError('invalidInput', '--build-arg needs NAME=VALUE.', { details: { field: 'build-arg' } });
}

async function withDeploy(
  session: Session,
  run: (service: CrateDeployService) => Promise<ExitCode>,
): Promise<ExitCode> {
  const project = await openProject(session);
  const service = new CrateDeployService({ project, context: session.context, ...connectOptions(session) });
  try {
    return await run(service);
  } finally {
    await service.close();
  }
}
