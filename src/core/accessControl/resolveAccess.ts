import type { Access } from './accessRule';
import type { Generation } from './accessState';

/** Whoever asks. Roles are compared exactly. */
export interface Subject {
  readonly roles: readonly string[];
  readonly user?: string | undefined;
}

/** A rule that can make a decision; `user` rules only those of the subject. */
export interface DecidingRule {
  readonly ruleType: 'role' | 'user';
  readonly ruleValue: string;
  readonly access: Access;
  readonly justification: string | null;
}

/** What is known about an entity. */
export interface EntityFacts {
  readonly exists: boolean;
  readonly defaultIncluded: boolean;
  readonly rules: readonly DecidingRule[];
  /** True when it has a rule of any type, about anybody. */
  readonly hasOwnRules: boolean;
}

export interface Decision {
  readonly decision: Access;
  readonly reason: 'rule' | 'defaultIncluded' | 'unknownEntity' | 'closedByOwnRules' | 'notAssigned';
  /** For `rule`. */
  readonly rule?: DecidingRule;
}

/** In this order; the first rule that fits decides. An allow for the user beats a deny for a role (data.md 3.4). */
const precedence = [
  ['user', 'deny'],
  ['user', 'allow'],
  ['role', 'deny'],
  ['role', 'allow'],
] as const;

/** What these rules alone say. What else may count is `explainAccess`'s part. Pure. */
export function resolveAccess(entity: EntityFacts, subject: Subject, generation: Generation): Decision {
  return generation === '0.12' ? resolve012(entity, subject) : resolveNewer(entity, subject);
}

function resolve012(entity: EntityFacts, subject: Subject): Decision {
  if (!entity.exists) return { decision: 'deny', reason: 'unknownEntity' };
  return byRule(entity, subject) ?? byDefault(entity) ?? { decision: 'deny', reason: 'notAssigned' };
}

/** Rules come before the question whether the entity is known, and own rules close it to everybody they do not name. */
function resolveNewer(entity: EntityFacts, subject: Subject): Decision {
  const decided = byRule(entity, subject) ?? byDefault(entity);
  if (decided) return decided;
  if (entity.hasOwnRules) return { decision: 'deny', reason: 'closedByOwnRules' };
  return { decision: 'deny', reason: entity.exists ? 'notAssigned' : 'unknownEntity' };
}

function byRule({ rules }: EntityFacts, { roles, user }: Subject): Decision | undefined {
  for (const [type, access] of precedence) {
    const rule = rules.find(
      ({ ruleType, ruleValue, access: says }) =>
        ruleType === type &&
        says === access &&
        (type === 'user' ? ruleValue === user : roles.includes(ruleValue)),
    );
    if (rule) return { decision: access, reason: 'rule', rule };
  }
  return undefined;
}

function byDefault({ defaultIncluded }: EntityFacts): Decision | undefined {
  return defaultIncluded ? { decision: 'allow', reason: 'defaultIncluded' } : undefined;
}
