import type { CrateDeployService } from '../../core/deploy/crateDeployService';
import type { DeployObserver } from '../../core/deploy/deployObserver';
import type { DeployOptions } from '../../core/deploy/deployOptions';
import type { DeployPlan } from '../../core/deploy/deployPlan';
import type { RunContext } from '../../core/ports';
import type { Project } from '../../core/project/project';
import { confirmPlan } from '../confirmPlan';
import type { Services } from '../services';
import { deployDetail, deployWords, resultLines, stepLine, type DeployResult } from './deployText';
import { withDeployService } from './openDeployService';
import { readReleases } from './readReleases';

export type DeployRequest =
  | { readonly kind: 'deploy'; readonly options: DeployOptions }
  | { readonly kind: 'rollback'; readonly tag: string };

/** Where a deploy shows itself: in a notification and the output channel, or in the terminal of a task. */
export interface DeployStage {
  /** A part that can be cancelled, under a title. */
  readonly run: <T>(title: string, work: (context: RunContext) => Promise<T>) => Promise<T>;
  readonly line: (text: string) => void;
}

/**
 * Checks, plans, asks and carries out, the same for commands and tasks. What the checks found and the new release are in the
 * store afterwards.
 *
 * @throws SyncError of the first failed check, `cancelled` when the answer is no, `locked`, and what core's `apply` throws
 */
export function carryOutDeploy(
  services: Services,
  project: Project,
  request: DeployRequest,
  stage: DeployStage,
): Promise<DeployResult> {
  const { deploys, t } = services;
  return deploys.alone(async () => {
    const { preparing } = deployWords(t, request.kind, '');
    const plan = await stage.run(preparing, (context) =>
      withDeployService(services, project, context, (service) => planFor(services, service, request)),
    );
    const words = deployWords(t, plan.kind, plan.tag);
    const telling = { detail: deployDetail(t, plan), summary: t('replaces what runs there') };
    const { answers } = await confirmPlan({ plan }, { t, words, policy: 'always', telling });
    try {
      const result = await stage.run(words.progress, (context) =>
        withDeployService(services, project, context, (service) =>
          service.apply(plan, answers, observer(services, stage)),
        ),
      );
      for (const line of resultLines(t, result)) stage.line(line);
      return result;
    } finally {
      await readReleases(services);
    }
  });
}

async function planFor(
  { deploys }: Services,
  service: CrateDeployService,
  request: DeployRequest,
): Promise<DeployPlan> {
  if (request.kind === 'rollback') return service.planRollback(request.tag);
  const checks = await service.preflight(request.options);
  deploys.show({ checks });
  return service.plan(request.options, checks);
}

function observer({ t }: Services, { line }: DeployStage): DeployObserver {
  return {
    onStep: (event) => line(stepLine(t, event)),
    onLine: (text, step) => line(`${step}: ${text}`),
  };
}
