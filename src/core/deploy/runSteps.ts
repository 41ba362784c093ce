import { createHttpTransport } from '../api/transport';
import { httpEnvironmentFrom } from '../api/httpEnvironmentFrom';
import type { SyncApiClient } from '../api/syncApiClient';
import type { RunContext } from '../ports';
import type { Environment } from '../project/project';
import type { Redactor } from '../redact';
import { SyncError } from '../syncError';
import { buildProgress } from './buildProgress';
import { runCommand, type CommandOptions } from './commandRunner';
import type { DeployObserver, StepEvent } from './deployObserver';
import { defaultWaitMs } from './deployOptions';
import { emptyOutcome, hasTakenEffect, isRefusal, type DeployOutcome } from './deployOutcome';
import type { DeployPlan, DeployStep, DeployStepName, PlannedCommands } from './deployPlan';
import { imagePush } from './imagePush';
import { registryLogin, registryPassword, type RegistryLogin } from './registryLogin';
import { waitUntilLive } from './waitUntilLive';

export interface StepInput {
  readonly plan: DeployPlan;
  readonly commands: PlannedCommands;
  readonly root: string;
  /** Of every program. */
  readonly env: Environment;
  readonly client: SyncApiClient;
  /** Waits as long as a release call may take. */
  readonly releaseClient: SyncApiClient;
  readonly secrets: () => Promise<ReadonlyMap<string, string>>;
  readonly redactor: Redactor;
  readonly observer: DeployObserver;
  readonly context: RunContext;
  readonly killAfterMs?: number | undefined;
  /** Between two questions to the tenant; the default of `waitUntilLive`. */
  readonly firstPauseMs?: number | undefined;
}

/** What lives from one step to the next. */
interface Run extends StepInput {
  readonly outcome: DeployOutcome;
  login: RegistryLogin | undefined;
}

const execute: Readonly<Record<DeployStepName, (run: Run) => Promise<void>>> = {
  compile: async (run) => void (await runCommand(required(run.commands.compile), optionsOf(run, 'compile'))),
  build: async (run) => void (await runCommand(required(run.commands.build), optionsOf(run, 'build'))),
  login,
  push,
  secrets: async (run) => {
    const secrets = await run.secrets();
    run.redactor.add(...secrets.values());
    run.outcome.secrets = await run.client.setSecrets(run.context, secrets);
  },
  release,
  wait,
};

/**
 * Carries out the steps of a plan, one after the other.
 *
 * @returns what was done, with the failure when one came after something outside of this machine had changed
 * @throws SyncError of the step that failed before that
 */
export async function runSteps(input: StepInput): Promise<DeployOutcome> {
  const { plan } = input;
  const run: Run = { ...input, outcome: emptyOutcome(plan), login: undefined };
  try {
    for (const [index, step] of plan.steps.entries()) {
      const failure = await runStep(run, step, index + 1);
      if (failure === undefined) continue;
      // A release that failed is told about in any case: what runs now is the question.
      if (!hasTakenEffect(run.outcome) && step.name !== 'release') throw failure.error;
      run.outcome.failure = failure;
      break;
    }
    return run.outcome;
  } finally {
    await run.login?.close();
  }
}

async function runStep(run: Run, step: DeployStep, index: number): Promise<DeployOutcome['failure']> {
  const { context, observer, outcome, plan, redactor } = run;
  const { name, title } = step;
  const tell = (state: StepEvent['state'], ms?: number) =>
    observer.onStep?.({ name, title, state, index, of: plan.steps.length, ...(ms !== undefined && { ms }) });
  const started = performance.now();
  const took = () => Math.round(performance.now() - started);
  try {
    SyncError.throwIfAborted(context.signal);
    tell('started');
    context.progress({ message: title, done: index - 1, total: plan.steps.length });
    await execute[name](run);
    outcome.steps.push({ name, ms: took() });
    tell('finished', took());
    return undefined;
  } catch (error) {
    const isCancelled = context.signal?.aborted === true;
    tell(isCancelled ? 'cancelled' : 'failed', took());
    context.logger.debug(redactor(`${name} ended after ${took()} ms`));
    if (isCancelled && !SyncError.is(error, 'cancelled'))
      return { step: name, error: new SyncError('cancelled', 'Cancelled.', { cause: error }) };
    return { step: name, error };
  }
}

async function login(run: Run): Promise<void> {
  const { plan, client, context, redactor, root, env } = run;
  // The one of the plan may have expired while the image was built.
  const { token } = await client.registryToken(context);
  const repository = required(plan.repository);
  const password = registryPassword(token);
  redactor.add(token, password, Buffer.from(`${repository.username}:${password}`).toString('base64'));
  run.login = await registryLogin(
    { engine: required(plan.engine), repository, token, cwd: root, env },
    optionsOf(run, 'login'),
  );
}

async function push(run: Run): Promise<void> {
  const { plan, outcome, root } = run;
  const { env } = required(run.login);
  const digest = await imagePush(
    { engine: required(plan.engine), image: plan.image, cwd: root, env },
    optionsOf(run, 'push'),
  );
  outcome.pushed = true;
  outcome.digest = digest ?? null;
  if (digest === undefined) outcome.warnings.push('The engine did not say the digest of what it pushed.');
  await run.login?.close();
}

async function release(run: Run): Promise<void> {
  const { plan, outcome, releaseClient, context } = run;
  outcome.released = 'unknown';
  try {
    const { status, appUrl } = await releaseClient.deploy(context, plan.image);
    outcome.released = 'yes';
    outcome.status = status;
    outcome.appUrl = appUrl;
  } catch (error) {
    if (isRefusal(error)) outcome.released = 'no';
    if (context.signal?.aborted !== true) outcome.afterwards = await statusAfterwards(run);
    throw error;
  }
}

async function statusAfterwards({ client, context }: Run): Promise<string | undefined> {
  try {
    return (await client.tenantStatus(context)).status;
  } catch (error) {
    if (!SyncError.is(error)) throw error;
    return undefined;
  }
}

async function wait(run: Run): Promise<void> {
  const { plan, client, outcome, context, env, firstPauseMs } = run;
  const http = createHttpTransport({ environment: httpEnvironmentFrom(env) });
  const versions = [plan.tag, ...(outcome.digest === null ? [] : [outcome.digest])];
  try {
    outcome.live = await waitUntilLive(
      {
        status: (asking) => client.tenantStatus(asking),
        http,
        appUrl: outcome.appUrl,
        versions,
        timeoutMs: plan.options.waitMs ?? defaultWaitMs,
        ...(firstPauseMs !== undefined && { firstPauseMs }),
      },
      context,
    );
  } finally {
    await http.close();
  }
}

function optionsOf({ context, redactor, observer, killAfterMs }: Run, step: DeployStepName): CommandOptions {
  const progress = buildProgress();
  return {
    signal: context.signal,
    mask: redactor,
    killAfterMs,
    onLine: (line) => {
      observer.onLine?.(line, step);
      const message = progress(line);
      if (message !== undefined) context.progress({ message });
    },
  };
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new SyncError('internal', 'The plan lacks what its steps need.');
  return value;
}
