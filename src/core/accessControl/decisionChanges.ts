import type { AccessPlan } from './accessPlan';
import { compareEntities, compareText, entityKeyText, type Access, type EntityKey } from './accessRule';
import type { AccessState } from './accessState';
import { currentFacts, plannedFacts } from './entityFacts';
import { resolveAccess } from './resolveAccess';

/** What a plan changes for somebody who has this one role; null stands for anybody without a role that a rule names. */
export interface DecisionChange extends EntityKey {
  readonly role: string | null;
  readonly before: Access;
  readonly after: Access;
}

/**
 * Who may what after a plan that may not before, and the other way round: what a reviewer has to look at. By the entity's own
 * rules; rules of parents and of further dimensions are not part of a plan. Pure.
 */
export function decisionChanges(state: AccessState, plan: Pick<AccessPlan, 'steps'>): DecisionChange[] {
  const before = currentFacts(state);
  const after = plannedFacts(state, plan);
  const touched = new Map(plan.steps.map((step) => [entityKeyText(step), step]));
  const changes: DecisionChange[] = [];
  for (const { entityType, entityId } of [...touched.values()].sort(compareEntities)) {
    const entity = { entityType, entityId };
    const roles = new Set([...before.rolesOf(entity), ...after.rolesOf(entity)]);
    const was = before.of(entity);
    const becomes = after.of(entity);
    for (const role of [null, ...[...roles].sort(compareText)]) {
      const subject = { roles: role === null ? [] : [role] };
      const change = {
        before: resolveAccess(was, subject, state.generation).decision,
        after: resolveAccess(becomes, subject, state.generation).decision,
      };
      if (change.before !== change.after) changes.push({ ...entity, role, ...change });
    }
  }
  return changes;
}

/** For people: ``granted to `user` that was denied before``. */
export function describeChange({ role, after }: DecisionChange): string {
  const whom = role === null ? 'everybody else' : `\`${role}\``;
  return after === 'allow'
    ? `granted to ${whom} that was denied before`
    : `denied to ${whom} that was granted before`;
}
