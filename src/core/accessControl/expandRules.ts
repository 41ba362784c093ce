import type { AccessFinding, AccessProblem } from './accessProblem';
import {
  describeEntity,
  describeRule,
  entityKeyText,
  ruleKeyText,
  type EntityKey,
  type RoleRule,
} from './accessRule';
import { isMatch, type DeclaredRule, type RulePlace } from './declaredRule';
import { createPlaces, type Places } from './locatePlaces';
import { matchesPattern } from './matchesPattern';

/** A rule as the files want it in the database. */
export interface WantedRule extends RoleRule {
  readonly place: RulePlace;
  /** True when only a pattern speaks for it. */
  readonly byMatch: boolean;
}

/** An entity that the files speak about. */
export interface WantedEntity extends EntityKey {
  /** True when an `entity_id` names it: then the file alone says who may what with it. */
  readonly named: boolean;
  /** Undefined: the files do not say. */
  readonly defaultIncluded: boolean | undefined;
  /** False when `defaultIncluded` is only what leaving the key out means. */
  readonly saysDefault: boolean;
  readonly place: RulePlace;
}

export interface WantedAccess {
  /** By `ruleKeyText`. */
  readonly rules: ReadonlyMap<string, WantedRule>;
  /** By `entityKeyText`. */
  readonly entities: ReadonlyMap<string, WantedEntity>;
  readonly problems: readonly AccessProblem[];
}

/**
 * One wanted rule for every (entity, role). Patterns expand over the entities that exist, those that the files themselves
 * name included, because they exist once the rules are applied: so that applying twice is the same as applying once.
 *
 * Rules that contradict each other are errors (data.md A-2), in one file or between two; saying the same twice is a warning.
 * Where only the justification differs, a rule with an `entity_id` is preferred to a pattern.
 *
 * @param existing the entities of the database; undefined when it is not at hand: then only what is named is expanded
 */
export function expandRules(
  rules: readonly DeclaredRule[],
  existing: readonly EntityKey[] | undefined,
): WantedAccess {
  const expansion = new Expansion(createPlaces());
  const candidates = idsByType([...(existing ?? []), ...namedEntities(rules)]);
  for (const rule of rules) {
    const { target } = rule;
    if (!isMatch(target)) {
      expansion.add(rule, target.id);
      continue;
    }
    const ids = [...(candidates.get(rule.entityType) ?? [])].filter((id) => matchesPattern(target.match, id));
    for (const id of ids) expansion.add(rule, id);
    if (ids.length === 0 && existing) expansion.warnMatchesNothing(rule, target.match);
  }
  return expansion.result();
}

class Expansion {
  private readonly rules = new Map<string, WantedRule>();
  private readonly entities = new Map<string, WantedEntity>();
  /** Where `default_included` of an entity was written out. */
  private readonly spoken = new Map<string, RulePlace>();
  private readonly reported = new Set<string>();

  constructor(private readonly places: Places) {}

  add(rule: DeclaredRule, entityId: string): void {
    const entity = { entityType: rule.entityType, entityId };
    this.addEntity(rule, entity);
    const { access, justification, place } = rule;
    const byMatch = isMatch(rule.target);
    for (const role of rule.roles) this.addRule({ ...entity, role, access, justification, place, byMatch });
  }

  warnMatchesNothing(rule: DeclaredRule, match: string): void {
    const message = `No ${rule.entityType} in the database or in these files matches "${match}": the rule has no effect.`;
    this.report(rule.place, ['entity_match'], { severity: 'warning', rule: 'matchesNothing', message });
  }

  result(): WantedAccess {
    return { rules: this.rules, entities: this.entities, problems: this.places.problems() };
  }

  private addRule(next: WantedRule): void {
    const key = ruleKeyText(next);
    const earlier = this.rules.get(key);
    if (!earlier) {
      this.rules.set(key, next);
      return;
    }
    const where = this.places.describe(earlier.place);
    if (earlier.access !== next.access) {
      const message = `${describeRule(next)} is ${next.access} here and ${earlier.access} at ${where}.`;
      this.report(
        next.place,
        ['access'],
        { severity: 'error', rule: 'contradiction', message },
        earlier.place,
      );
    } else if (earlier.byMatch || next.byMatch) {
      if (earlier.byMatch && !next.byMatch) this.rules.set(key, next);
    } else if (earlier.justification !== next.justification) {
      const message = `${describeRule(next)} has another justification here than at ${where}.`;
      this.report(
        next.place,
        ['justification'],
        { severity: 'error', rule: 'contradiction', message },
        earlier.place,
      );
    } else {
      const message = `${describeRule(next)} is said a second time; the first is at ${where}.`;
      this.report(
        next.place,
        ['roles'],
        { severity: 'warning', rule: 'duplicateRule', message },
        earlier.place,
      );
    }
  }

  private addEntity({ target, defaultIncluded, place }: DeclaredRule, entity: EntityKey): void {
    const key = entityKeyText(entity);
    const named = !isMatch(target);
    const silent = place.file.saysDefaults ? false : undefined;
    const earlier = this.entities.get(key) ?? {
      ...entity,
      named,
      defaultIncluded: silent,
      saysDefault: false,
      place,
    };
    const spokenAt = this.spoken.get(key);
    if (defaultIncluded !== undefined && spokenAt && earlier.defaultIncluded !== defaultIncluded) {
      const where = this.places.describe(spokenAt);
      const message = `default_included of ${describeEntity(entity)} is ${defaultIncluded} here and not at ${where}.`;
      this.report(
        place,
        ['default_included'],
        { severity: 'error', rule: 'contradiction', message },
        spokenAt,
      );
    }
    if (defaultIncluded !== undefined && !spokenAt) this.spoken.set(key, place);
    const unspoken = earlier.defaultIncluded ?? silent;
    this.entities.set(key, {
      ...earlier,
      named: earlier.named || named,
      defaultIncluded: spokenAt ? earlier.defaultIncluded : (defaultIncluded ?? unspoken),
      saysDefault: earlier.saysDefault || defaultIncluded !== undefined,
      place: named && !earlier.named ? place : earlier.place,
    });
  }

  /** A pattern can meet another rule a thousand times: that is one thing to correct. */
  private report(
    place: RulePlace,
    path: readonly string[],
    finding: Omit<AccessFinding, 'at'>,
    other?: RulePlace,
  ): void {
    const pair = JSON.stringify([finding.rule, place.file.path, place.at, path, other?.file.path, other?.at]);
    if (this.reported.has(pair)) return;
    this.reported.add(pair);
    this.places.add(place, path, finding);
  }
}

function namedEntities(rules: readonly DeclaredRule[]): EntityKey[] {
  return rules.flatMap(({ entityType, target }) =>
    isMatch(target) ? [] : [{ entityType, entityId: target.id }],
  );
}

function idsByType(entities: readonly EntityKey[]): Map<string, Set<string>> {
  const ids = new Map<string, Set<string>>();
  for (const { entityType, entityId } of entities) {
    const known = ids.get(entityType) ?? new Set();
    ids.set(entityType, known.add(entityId));
  }
  return ids;
}
