import { userInfo } from 'node:os';
import type { RunContext } from '../ports';
import { readCredentials } from '../signIn/credentials';
import type { StateDirectory } from '../state/stateDirectory';
import { applyUnderLock } from '../state/withProjectLock';
import { messageOf, SyncError } from '../syncError';
import { hasTakenEffect, releaseResult, type DeployOutcome } from './deployOutcome';
import type { DeployPlan } from './deployPlan';
import { addRelease, type Release } from './releases';

/** What is in the registry is worth remembering, however it ended; a list that cannot be written is a warning. */
export async function recordRelease(
  plan: DeployPlan,
  outcome: DeployOutcome,
  state: StateDirectory,
  context: RunContext,
): Promise<void> {
  const isReleasing = plan.steps.some(({ name }) => name === 'release');
  if (!isReleasing || (!hasTakenEffect(outcome) && outcome.failure === undefined)) return;
  const release: Release = {
    tag: plan.tag,
    image: plan.image,
    digest: outcome.digest,
    sha: plan.sha,
    dirty: plan.dirty.length > 0,
    at: new Date(context.now()).toISOString(),
    by: await signedInAs(state.projectRoot),
    result: releaseResult(outcome),
    rollback: plan.kind === 'rollback',
  };
  try {
    // It happened, so it is written down, also after a cancellation.
    await applyUnderLock({ state, owner: 'deploy', context: { ...context, signal: undefined } }, (lock) =>
      addRelease(state, lock, plan.tenant, release),
    );
  } catch (error) {
    if (!SyncError.is(error)) throw error;
    outcome.warnings.push(`This release is not in the list of releases: ${messageOf(error)}`);
  }
}

async function signedInAs(root: string): Promise<string> {
  const credentials = await readCredentials(root).catch(() => undefined);
  return credentials?.userEmail ?? userInfo().username;
}
