import type { AccessPlan } from './accessPlan';
import { compareText, entityKeyText, type EntityKey, type RoleRule } from './accessRule';
import { rulesByEntity, type AccessState } from './accessState';
import type { DecidingRule, EntityFacts } from './resolveAccess';

/** Looks entities up, as they are or as a plan would leave them. */
export interface AccessFacts {
  of(entity: EntityKey, userRules?: readonly DecidingRule[]): EntityFacts;
  /** The roles that its rules name, sorted. */
  rolesOf(entity: EntityKey): readonly string[];
}

export function currentFacts(state: AccessState): AccessFacts {
  const rules = rulesByEntity<RoleRule>(state.rules.values());
  const included = new Map([...state.entities].map(([key, { defaultIncluded }]) => [key, defaultIncluded]));
  return facts(state, rules, included);
}

/** The same after a plan was carried out. */
export function plannedFacts(state: AccessState, { steps }: Pick<AccessPlan, 'steps'>): AccessFacts {
  const rules = rulesByEntity<RoleRule>(state.rules.values());
  const included = new Map([...state.entities].map(([key, { defaultIncluded }]) => [key, defaultIncluded]));
  for (const step of steps) {
    const key = entityKeyText(step);
    if (step.kind === 'entity') {
      included.set(key, step.to);
      continue;
    }
    const others = (rules.get(key) ?? []).filter(({ role }) => role !== step.role);
    rules.set(key, step.wanted ? [...others, step.wanted] : others);
    if (step.wanted && !included.has(key)) included.set(key, false);
  }
  return facts(state, rules, included);
}

function facts(
  state: AccessState,
  rules: ReadonlyMap<string, readonly RoleRule[]>,
  included: ReadonlyMap<string, boolean>,
): AccessFacts {
  return {
    of(entity, userRules = []) {
      const key = entityKeyText(entity);
      const own = rules.get(key) ?? [];
      return {
        exists: included.has(key),
        defaultIncluded: included.get(key) ?? false,
        rules: [...own.map(toDecidingRule), ...userRules],
        hasOwnRules: own.length > 0 || state.otherRules.has(key),
      };
    },
    rolesOf: (entity) => (rules.get(entityKeyText(entity)) ?? []).map(({ role }) => role).sort(compareText),
  };
}

function toDecidingRule({ role, access, justification }: RoleRule): DecidingRule {
  return { ruleType: 'role', ruleValue: role, access, justification };
}
