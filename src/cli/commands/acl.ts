import { resolve } from 'node:path';
import { AccessControlLocalSync } from '../../core/accessControl/accessControlLocalSync';
import type { AccessDiff } from '../../core/accessControl/accessDiff';
import type { AccessDetails } from '../../core/accessControl/accessOutcome';
import type { AccessPlan, AccessPlanOptions } from '../../core/accessControl/accessPlan';
import { accessDiffReport, decisionReports } from '../../core/accessControl/accessReport';
import type { EntityKey } from '../../core/accessControl/accessRule';
import { explanationReport } from '../../core/accessControl/explanationReport';
import type { AccessDialect } from '../../core/accessControl/exportableRules';
import type { AccessFilePlan } from '../../core/accessControl/writeAccessFile';
import type { SyncOperationResult } from '../../core/models/operation';
import { countActions } from '../../core/models/plan';
import type { Project } from '../../core/project/project';
import { SyncError } from '../../core/syncError';
import { confirmPlan } from '../confirmPlan';
import { dryRunDocument } from '../dryRun';
import { exitCodeOfApply, exitCodes } from '../exitCodes';
import { diffLines, explanationLines, planLines, resultLines } from '../print/aclLines';
import { openProject, openProjectToChange, type Command, type Session } from '../session';

export interface AclFileOptions {
  readonly file?: string;
}

export interface AclApplyOptions extends AclFileOptions {
  readonly override?: boolean;
  readonly deleteOrphans?: boolean;
  readonly prune?: boolean;
  readonly conflict?: 'abort' | 'disk' | 'database';
}

export interface AclExportOptions {
  readonly out?: string;
  readonly dialect?: AccessDialect;
}

export interface AclExplainOptions extends AclFileOptions {
  readonly entity: string;
  readonly role?: readonly string[];
  readonly user?: string;
}

export const aclDiff: Command<AclFileOptions> = async (session, { file }) => {
  const sync = openSync(await openProject(session), session, file);
  const report = accessDiffReport(await sync.diff());
  session.output.answer(report, diffLines(report));
  return report.in_sync ? exitCodes.done : exitCodes.differences;
};

/** How often a plan that others have overtaken is made anew, where `--yes` has agreed to whatever it says. */
const attempts = 3;

export const aclApply: Command<AclApplyOptions> = async (session, { file, ...flags }) => {
  const sync = openSync(await openProjectToChange(session), session, file);
  for (let attempt = 1; ; attempt += 1) {
    const diff = await sync.diff();
    const plan = sync.plan(diff, planOptions(flags));
    if (session.options.dryRun) return answerPlan(session, diff, plan);
    try {
      const result = await sync.apply(plan, await confirmPlan(plan, session));
      session.output.answer(result, resultLines(result));
      return exitCodeOfApply({
        applied: result.items_synced,
        left: result.items_skipped,
        blocked: blockedBy(result),
      });
    } catch (error) {
      const again = session.options.yes === true && attempt < attempts && SyncError.is(error, 'conflict');
      if (!again) throw error;
      session.context.logger.info('The rules have changed meanwhile: comparing again.');
    }
  }
};

export const aclExport: Command<AclExportOptions> = async (session, { out, dialect }) => {
  if (out === undefined) {
    const sync = openSync(await openProject(session), session);
    const { yaml, rules, lossy, dialect: used } = await sync.export(dialect);
    for (const { message } of session.output.json ? [] : lossy) session.context.logger.warn(message);
    session.output.answer({ yaml, rules, lossy, dialect: used }, yaml.replace(/\n$/, '').split('\n'));
    return exitCodes.done;
  }
  const sync = openSync(await openProjectToChange(session), session);
  const plan = await sync.planExport(resolve(session.cwd, out), dialect);
  if (session.options.dryRun) {
    session.output.answer({ ...exportDocument(plan), dry_run: true }, [
      ...exportLines(plan),
      'Nothing was written.',
    ]);
    return plan.steps.length > 0 ? exitCodes.differences : exitCodes.done;
  }
  await confirmPlan(plan, session);
  const backup = await sync.applyExport(plan);
  session.output.answer({ ...exportDocument(plan), ...(backup !== undefined && { backup }) }, [
    ...exportLines(plan),
    plan.steps.length === 0 ? `${plan.target.label} says it already.` : `Written to ${plan.target.label}.`,
    ...(backup === undefined ? [] : [`The file as it was is in backup ${backup}.`]),
  ]);
  return exitCodes.done;
};

export const aclExplain: Command<AclExplainOptions> = async (session, { entity, role = [], user, file }) => {
  const sync = openSync(await openProject(session), session, file);
  const explained = await sync.explain(parseEntity(entity), { roles: role, user });
  session.output.answer(explanationReport(explained), explanationLines(explained));
  return exitCodes.done;
};

function openSync(project: Project, { context, cwd }: Session, file?: string): AccessControlLocalSync {
  return new AccessControlLocalSync(project, context, {
    file: file === undefined ? undefined : resolve(cwd, file),
  });
}

function planOptions({ override, deleteOrphans, prune, conflict }: AclApplyOptions): AccessPlanOptions {
  return {
    override: override ?? false,
    deleteOrphans: deleteOrphans ?? false,
    prune: prune ?? false,
    conflict: conflict ?? 'abort',
  };
}

function blockedBy({ details }: SyncOperationResult<AccessDetails>): number {
  return details?.left.filter(({ kind }) => kind === 'conflict' || kind === 'skipped_modified').length ?? 0;
}

function parseEntity(text: string): EntityKey {
  const slash = text.indexOf('/');
  if (slash > 0 && slash < text.length - 1) {
    return { entityType: text.slice(0, slash), entityId: text.slice(slash + 1) };
  }
  throw new SyncError('invalidInput', `"${text}" names no entity.`, {
    hint: 'Write its type and id with a slash between: --entity agent/writer',
  });
}

/** A dry run prints the plan and changes nothing, not even a base. */
function answerPlan(session: Session, diff: AccessDiff, plan: AccessPlan): 0 | 1 {
  const rules = countActions(plan.steps.filter(({ kind }) => kind === 'rule'));
  const decisions = decisionReports(diff, plan);
  const document = {
    ...dryRunDocument(plan, {
      details: {
        inserted: rules.create,
        updated: rules.update,
        skipped: plan.left.length,
        deleted: rules.delete,
        unchanged: plan.unchanged,
        entities_updated: plan.steps.filter(({ kind }) => kind === 'entity').length,
        left: plan.left,
      },
      items_skipped: plan.steps.length + plan.left.length,
      warnings: plan.warnings,
    }),
    decisions,
  };
  session.output.answer(document, planLines(plan, decisions));
  return plan.steps.length > 0 ? exitCodes.differences : exitCodes.done;
}

function exportDocument({ exported, target, id, steps }: AccessFilePlan): object {
  const { yaml, rules, lossy, dialect } = exported;
  return { yaml, rules, lossy, dialect, path: target.label, changed: steps.length > 0, plan_id: id };
}

function exportLines({ exported, steps }: AccessFilePlan): string[] {
  const [step] = steps;
  const before = step?.before?.split('\n').length;
  return [
    ...exported.lossy.map(({ message }) => `lossy: ${message}`),
    `${exported.rules} role rules${step ? `, ${exported.yaml.split('\n').length} lines` : ''}${before === undefined ? '' : ` in place of ${before}`}.`,
  ];
}
