import type { SyncOperationResult } from '../models/operation';
import { messageOf, SyncError } from '../syncError';
import type { DeployPlan, DeployStepName } from './deployPlan';
import type { ReleaseResult } from './releases';
import type { Live } from './waitUntilLive';

export interface StepTime {
  readonly name: DeployStepName;
  readonly ms: number;
}

/** JSON of `crate_deploy` (cli-contract.md); what a deploy has really done. */
export interface DeployDetails {
  readonly image: string;
  /** What the tenant says of itself; `built` when nothing was to be released, `pushed` when the release did not succeed. */
  readonly status: string;
  readonly app_url: string | null;
  readonly steps: readonly StepTime[];
  readonly tag: string;
  readonly digest: string | null;
  readonly sha: string | null;
  /** What runs now: its tag where that is known, and a sentence in any case. */
  readonly live: { readonly tag: string | null; readonly note: string };
}

/** Filled as the steps go. */
export interface DeployOutcome {
  readonly steps: StepTime[];
  readonly warnings: string[];
  digest: string | null;
  pushed: boolean;
  /** `unknown`: it was asked for, and no answer says whether it was taken. */
  released: 'no' | 'yes' | 'unknown';
  status: string | undefined;
  appUrl: string | undefined;
  live: Live | undefined;
  secrets: readonly string[];
  /** What the tenant said after a failure. */
  afterwards: string | undefined;
  failure: { readonly step: DeployStepName; readonly error: unknown } | undefined;
}

export function emptyOutcome(plan: DeployPlan): DeployOutcome {
  return {
    steps: [],
    warnings: [],
    digest: plan.digest,
    pushed: false,
    released: 'no',
    status: undefined,
    appUrl: undefined,
    live: undefined,
    secrets: [],
    afterwards: undefined,
    failure: undefined,
  };
}

/** True when something outside of this machine is not as it was. */
export function hasTakenEffect({ pushed, released, secrets }: DeployOutcome): boolean {
  return pushed || released !== 'no' || secrets.length > 0;
}

/** A refusal means that nothing was begun; anything else leaves it open. */
export function isRefusal(error: unknown): boolean {
  if (!SyncError.is(error)) return false;
  const { status, phase } = error.details ?? {};
  if (phase === 'connect') return true;
  return typeof status === 'number' && status >= 400 && status < 500 && status !== 408;
}

export function releaseResult({ live, released, failure }: DeployOutcome): ReleaseResult {
  if (live) return 'live';
  if (released === 'yes') return 'released';
  return failure && SyncError.is(failure.error, 'cancelled') ? 'cancelled' : 'failed';
}

/** What is looked at afterwards: it says what was reached, and what runs now. */
export function deployResult(plan: DeployPlan, outcome: DeployOutcome): SyncOperationResult<DeployDetails> {
  const { steps, failure, digest, released, warnings } = outcome;
  const isBuildOnly = !plan.steps.some(({ name }) => name === 'release');
  return {
    operation: 'crate_deploy',
    success: failure === undefined,
    items_synced: released === 'yes' ? 1 : 0,
    items_skipped: 0,
    errors: failure === undefined ? [] : [failureText(failure)],
    details: {
      image: plan.image,
      status: outcome.live?.status ?? outcome.status ?? (isBuildOnly ? 'built' : 'pushed'),
      app_url: outcome.live?.appUrl ?? outcome.appUrl ?? null,
      steps,
      tag: plan.tag,
      digest,
      sha: plan.sha,
      live: whatRuns(plan, outcome, isBuildOnly),
    },
    state:
      failure === undefined
        ? { kind: 'completed' }
        : { kind: 'partial', completed: steps.length, total: plan.steps.length },
    plan_id: plan.id,
    warnings,
  };
}

function failureText({ step, error }: NonNullable<DeployOutcome['failure']>): string {
  const hint = SyncError.is(error) && error.hint !== undefined ? ` ${error.hint}` : '';
  return `${step}: ${messageOf(error)}${hint}`;
}

function whatRuns(plan: DeployPlan, outcome: DeployOutcome, isBuildOnly: boolean): DeployDetails['live'] {
  const { previous, tag } = plan;
  const before = previous === null ? 'what it ran before, which this project did not release' : previous.tag;
  const says = outcome.afterwards === undefined ? '' : ` It reports ${outcome.afterwards}.`;
  if (outcome.live) return { tag, note: `The tenant runs ${tag}.` };
  if (isBuildOnly)
    return { tag: previous?.tag ?? null, note: `Nothing was released: the tenant runs ${before}.` };
  if (outcome.released === 'yes') {
    const failed = outcome.failure === undefined ? 'nobody waited for it' : 'it did not become ready';
    return {
      tag: null,
      note: `The control plane took ${tag}, and ${failed}: until it is ready the tenant may run ${before}.${says}`,
    };
  }
  if (outcome.released === 'unknown') {
    return {
      tag: null,
      note: `It is not known whether the tenant took ${tag}; before, it ran ${before}.${says}`,
    };
  }
  return {
    tag: previous?.tag ?? null,
    note: `The tenant still runs ${before}; ${tag} lies in the registry and was not released.${says}`,
  };
}
