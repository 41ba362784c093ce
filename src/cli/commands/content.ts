import { leftDetails } from '../../core/content/contentOutcome';
import { contentDiffReport } from '../../core/content/contentReport';
import { ContentLocalSync } from '../../core/content/contentLocalSync';
import type { ContentDirection, ContentPlan } from '../../core/content/contentPlan';
import type { ContentDiff } from '../../core/models/contentDiff';
import { countActions } from '../../core/models/plan';
import { confirmPlan } from '../confirmPlan';
import { dryRunDocument } from '../dryRun';
import { exitCodeOfApply, exitCodes } from '../exitCodes';
import { diffLines, planLines, resultLines } from '../print/contentLines';
import { openProject, openProjectToChange, type Command, type Session } from '../session';

export interface DiffOptions {
  readonly source?: readonly string[];
}

export interface ApplyOptions extends DiffOptions {
  readonly slug?: readonly string[];
  readonly override?: boolean;
  readonly deleteOrphans?: boolean;
  readonly conflict?: 'abort' | 'disk' | 'database';
}

export const contentDiff: Command<DiffOptions> = async (session, { source = [] }) => {
  const sync = new ContentLocalSync(await openProject(session), session.context);
  const diff = await sync.diff(source);
  session.output.answer(contentDiffReport(diff), diffLines(diff));
  return diff.inSync ? exitCodes.done : exitCodes.differences;
};

/** `content to-db` and `content to-disk`: plan, ask, apply. */
export function contentApply(direction: ContentDirection): Command<ApplyOptions> {
  return async (session, options) => {
    const sync = new ContentLocalSync(await openProjectToChange(session), session.context);
    const diff = await sync.diff(options.source);
    for (const slug of unknownSlugs(diff, options.slug ?? []))
      session.context.logger.warn(`No item has the slug "${slug}", on disk or in the database.`);
    const plan = sync.plan(diff, {
      direction,
      slugs: options.slug ?? [],
      override: options.override ?? false,
      deleteOrphans: options.deleteOrphans ?? false,
      conflict: options.conflict ?? 'abort',
    });
    if (session.options.dryRun) return answerPlan(session, plan);
    const result = await sync.apply(plan, await confirmPlan(plan, session));
    session.output.answer(result, resultLines(result));
    if (result.state.kind === 'partial') return exitCodes.cancelled;
    const details = result.details;
    return exitCodeOfApply({
      applied: result.items_synced,
      left: result.items_skipped,
      blocked: (details?.conflicts ?? 0) + (details?.skipped_modified ?? 0),
    });
  };
}

/** Slugs that were named and that nothing in the diff has: most likely a slip of the pen. */
function unknownSlugs({ sources }: ContentDiff, named: readonly string[]): string[] {
  const known = new Set(
    sources
      .flatMap(({ differences, equal, invalid }) => [
        ...differences,
        ...equal,
        ...invalid.flatMap(({ keys }) => keys),
      ])
      .map(({ slug }) => slug),
  );
  return named.filter((slug) => !known.has(slug));
}

/** A dry run prints the plan and changes nothing, not even a base (exit 1 when there is something to do). */
function answerPlan(session: Session, plan: ContentPlan): 0 | 1 {
  const { create, update, delete: deletes } = countActions(plan.steps);
  const details = {
    created: create,
    updated: update,
    unchanged: plan.adopt.length,
    deleted: deletes,
    ...leftDetails(plan.left),
  };
  const document = dryRunDocument(plan, { details, items_skipped: plan.steps.length + plan.left.length });
  session.output.answer(document, planLines(plan));
  return plan.steps.length > 0 ? exitCodes.differences : exitCodes.done;
}
