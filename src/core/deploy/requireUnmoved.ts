import { join } from 'node:path';
import { sha256 } from '../digest';
import { readTextFile } from '../project/readJsonFile';
import { SyncError } from '../syncError';
import type { DeployLayout } from './deployLayout';
import type { DeployPlan } from './deployPlan';
import type { GitState } from './gitState';

/** What a plan is made from, and what has to be as it was when it is carried out. */
export async function dockerfileDigest(
  root: string,
  layout: DeployLayout | undefined,
): Promise<string | null> {
  const text = layout === undefined ? undefined : await readTextFile(join(root, layout.dockerfile));
  return text === undefined ? null : sha256(text);
}

/**
 * @param tenant identity of the tenant that is chosen now
 * @throws SyncError `guard` for another tenant, `conflict` when commit or Dockerfile moved since the plan
 */
export async function requireUnmoved(
  plan: DeployPlan,
  { tenant, root, git }: { tenant: string; root: string; git: () => Promise<GitState> },
): Promise<void> {
  if (plan.tenant !== tenant) {
    throw new SyncError('guard', `The plan is for ${plan.tenant}, and the project is set to ${tenant}.`, {
      hint: 'Plan again with the tenant that is chosen now.',
      details: { guard: 'otherTarget', planned: plan.tenant, target: tenant },
    });
  }
  if (plan.options.skipBuild === true) return;
  const { sha } = await git();
  const dockerfile = await dockerfileDigest(root, plan.layout);
  const moved = [
    ...((sha ?? null) === plan.sha ? [] : ['the commit']),
    ...(dockerfile === plan.dockerfileDigest ? [] : ['the Dockerfile']),
  ];
  if (moved.length === 0) return;
  throw new SyncError('conflict', `Since the plan, ${moved.join(' and ')} changed. Nothing was changed.`, {
    hint: 'Plan again.',
  });
}
