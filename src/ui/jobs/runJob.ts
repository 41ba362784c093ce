import * as vscode from 'vscode';
import { describeEntity } from '../../core/accessControl/accessRule';
import type { GuardAnswers } from '../../core/guards';
import type { JobService } from '../../core/jobs/jobService';
import type { JobResult } from '../../core/jobs/runTask';
import type { RunContext } from '../../core/ports';
import type { Project } from '../../core/project/project';
import { messageOf, SyncError } from '../../core/syncError';
import { applyMove } from '../commands/applyMove';
import { requireProject } from '../commands/readyState';
import { confirmPlan } from '../confirmPlan';
import { readSettings } from '../host/settings';
import { withCancellableProgress } from '../host/withProgress';
import type { AnyPlan } from '../planText';
import type { CommandHandler } from '../runCommand';
import type { Services } from '../services';
import { chooseJob } from './chooseJob';
import { jobWords } from './jobWords';
import { openJobService } from './openJobService';

/** Runs a job now, by the same lock and row as any runner; what it would overwrite or delete is asked about first. */
export const runJob: CommandHandler = async (services, ...args) => {
  const { t, log, lifetime, jobs } = services;
  const project = await requireProject(services);
  const name = await chooseJob(services, args, t('Run Job'));
  const words = jobWords(t, name);
  const plan = await withCancellableProgress(
    { logger: log.logger, lifetime },
    words.progress,
    async (context) => (await openJobService(services, project, context)).plan(name),
  );
  const { confirmOverwrite: policy } = readSettings(vscode.Uri.file(project.root));
  const { answers } = await confirmPlan({ plan: withNames(plan) }, { t, words, policy });
  try {
    const apply = (context: RunContext) => runNow(services, project, context, name, answers);
    await applyMove(services, { words, answers, apply });
  } finally {
    jobs.refresh();
  }
};

async function runNow(
  services: Services,
  project: Project,
  context: RunContext,
  name: string,
  answers: GuardAnswers,
): Promise<JobResult> {
  const service = await openJobService(services, project, context, { answers, inTurn: false });
  const { outcome } = await service.run(name);
  if (outcome.result !== undefined) return outcome.result;
  SyncError.throwIfAborted(context.signal);
  throw outcome.thrown instanceof Error
    ? outcome.thrown
    : new SyncError('internal', messageOf(outcome.errors[0]));
}

/** Steps by name: a rule is no file and has no slug. */
function withNames(plan: Awaited<ReturnType<JobService['plan']>>): AnyPlan {
  if (plan.operation !== 'access_control_sync') return plan;
  return { ...plan, steps: plan.steps.map((step) => ({ action: step.action, item: describeEntity(step) })) };
}
