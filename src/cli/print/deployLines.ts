import type { Check } from '../../core/deploy/check';
import type { DeployDetails } from '../../core/deploy/deployOutcome';
import type { DeployPlan } from '../../core/deploy/deployPlan';
import type { Release } from '../../core/deploy/releases';
import type { SyncOperationResult } from '../../core/models/operation';

export function checkLines(checks: readonly Check[]): string[] {
  return checks.flatMap(({ state, title, message, fix }) => [
    `  ${state.padEnd(7)} ${title}: ${message}`,
    ...(state === 'ok' || fix === undefined ? [] : [`          ${fix}`]),
  ]);
}

export function deployPlanLines(plan: DeployPlan): string[] {
  return [
    ...checkLines(plan.checks),
    ...plan.steps.map(({ name, title, command }) => {
      return `  ${name.padEnd(7)} ${title}${command === undefined ? '' : `  $ ${command}`}`;
    }),
    ...plan.notes,
    `Plan ${plan.id.slice(0, 12)} for ${plan.target.label}: ${plan.steps.length} steps, image ${plan.image}. Nothing was changed.`,
  ];
}

export function deployResultLines(result: SyncOperationResult<DeployDetails>): string[] {
  const { details, errors, warnings } = result;
  return [
    ...(details?.steps ?? []).map(({ name, ms }) => `  ${name.padEnd(7)} ${(ms / 1000).toFixed(1)} s`),
    ...errors.map((error) => `failed: ${error}`),
    ...warnings.map((text) => `warning: ${text}`),
    ...(details === null
      ? []
      : [
          `${details.image}${details.digest === null ? '' : ` (${details.digest})`}: ${details.status}` +
            `${details.app_url === null ? '' : `, ${details.app_url}`}`,
          details.live.note,
        ]),
  ];
}

export function releaseLines(releases: readonly Release[]): string[] {
  if (releases.length === 0) return ['This project has released nothing to this tenant yet.'];
  return releases.map(({ tag, at, by, result, digest, sha, dirty, rollback }) =>
    [
      tag,
      at,
      result,
      `commit ${sha ?? 'unknown'}${dirty ? ' with changes' : ''}`,
      `by ${by}`,
      ...(rollback ? ['roll-back'] : []),
      ...(digest === null ? [] : [digest]),
    ].join('  '),
  );
}
