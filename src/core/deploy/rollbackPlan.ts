import type { PlanTarget } from '../models/plan';
import { SyncError } from '../syncError';
import type { DeployOptions } from './deployOptions';
import { deployPlanId, releaseSteps, type DeployPlan } from './deployPlan';
import { liveRelease, type Release } from './releases';

const notes = [
  'A roll-back releases an earlier image. It does not restore data: rows, migrations and secrets stay as they are, and files ' +
    'that only the container had are gone.',
];

export interface RollbackInput {
  readonly tag: string;
  readonly releases: readonly Release[];
  /** Identity of the tenant. */
  readonly tenant: string;
  readonly target: PlanTarget;
  readonly options: Pick<DeployOptions, 'waitMs'>;
}

/**
 * The plan that releases an earlier image again: no build, no push. Pure.
 * @throws SyncError `invalidInput` when no release has that tag
 */
export function rollbackPlan({ tag, releases, tenant, target, options }: RollbackInput): DeployPlan {
  const release = releases.find((earlier) => earlier.tag === tag);
  if (release === undefined) throw unknownRelease(tag, releases);
  const steps = releaseSteps(release.image, options);
  return {
    id: deployPlanId(target, steps, ['rollback', release.digest, release.at, tenant]),
    operation: 'crate_deploy',
    kind: 'rollback',
    image: release.image,
    tag,
    tenant,
    target,
    steps,
    left: [],
    sourceItems: 1,
    targetItems: 1,
    sha: release.sha,
    dirty: [],
    digest: release.digest,
    previous: liveRelease(releases) ?? null,
    options: { ...options, tag, skipBuild: true, skipPush: true },
    engine: undefined,
    repository: undefined,
    layout: undefined,
    dockerfileDigest: null,
    checks: [],
    notes,
  };
}

function unknownRelease(tag: string, releases: readonly Release[]): SyncError {
  const known = [...new Set(releases.map((release) => release.tag))];
  return new SyncError('invalidInput', `No release of this tenant has the tag ${tag}.`, {
    hint:
      known.length === 0
        ? 'This project has released nothing yet; deploy first.'
        : `Known tags: ${known.join(', ')}.`,
    details: { tag },
  });
}
