import { groupBy } from '../groupBy';
import { entityKeyText, type EntityKey, type RoleRule } from './accessRule';

/**
 * Which resolver reads the rules, told from what the database allows: `0.12` knows roles and users only; `newer` has further
 * dimensions or entity types, and lets rules of parents count (versions.md "ACL resolver").
 */
export type Generation = '0.12' | 'newer';

export interface StoredEntity extends EntityKey {
  /** Whoever no rule speaks of is allowed. */
  readonly defaultIncluded: boolean;
  /** Who wrote it: `ingestion:access_control_config`, `profile:local` … (data.md 3.3). */
  readonly source: string;
}

export interface StoredRule extends RoleRule {
  readonly id: string;
}

/** What the database holds, as one statement saw it. */
export interface AccessState {
  readonly generation: Generation;
  /** The types that the database takes; undefined when it takes any. */
  readonly entityTypes: readonly string[] | undefined;
  /** By `entityKeyText`. */
  readonly entities: ReadonlyMap<string, StoredEntity>;
  /** Role rules by `ruleKeyText`. */
  readonly rules: ReadonlyMap<string, StoredRule>;
  /** How many rules of other types (`user`, `department` …) an entity has, by `entityKeyText`, then by type. */
  readonly otherRules: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** What rules that come from the access-control files are marked with; every other source keeps its entities to itself. */
export const ourSource = 'ingestion:access_control_config';
const ourSources: readonly string[] = [ourSource, 'roles.yaml'];

export function isOurs({ source }: Pick<StoredEntity, 'source'>): boolean {
  return ourSources.includes(source);
}

/** Rules of other types over all entities, by type. */
export function countOtherRules(state: AccessState): Record<string, number> {
  const totals: Record<string, number> = {};
  for (const counts of state.otherRules.values()) {
    for (const [type, count] of counts) totals[type] = (totals[type] ?? 0) + count;
  }
  return totals;
}

/** The role rules by the entity they are about. */
export function rulesByEntity<Rule extends EntityKey>(rules: Iterable<Rule>): Map<string, Rule[]> {
  return groupBy(rules, entityKeyText);
}
