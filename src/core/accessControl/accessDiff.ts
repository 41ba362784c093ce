import type { ChangeOrigin } from '../models/contentDiff';
import type { AccessProblem } from './accessProblem';
import type { EntityKey, RoleRule, RuleKey } from './accessRule';
import type { AccessState, StoredRule } from './accessState';
import type { RulePlace } from './declaredRule';

/** What a flag must allow before something is taken away. */
export type RevocationFlag = 'deleteOrphans' | 'prune';

/** A role rule that files and database do not agree on. */
export type RuleDifference = InsertedRule | UpdatedRule | DeletedRule;

/** In the files only. */
export interface InsertedRule extends RuleKey {
  readonly kind: 'inserted';
  readonly origin: ChangeOrigin;
  readonly wanted: RoleRule;
  readonly stored?: undefined;
  readonly place: RulePlace;
}

/** On both sides, with another access or justification. */
export interface UpdatedRule extends RuleKey {
  readonly kind: 'updated';
  readonly origin: ChangeOrigin;
  readonly wanted: RoleRule;
  readonly stored: StoredRule;
  readonly place: RulePlace;
}

/** In the database, and no longer in the files (data.md A-1). */
export interface DeletedRule extends RuleKey {
  readonly kind: 'deleted';
  readonly origin: ChangeOrigin;
  readonly wanted?: undefined;
  readonly stored: StoredRule;
  /** The entity is still declared (`deleteOrphans`), or its whole block is gone (`prune`). */
  readonly needs: RevocationFlag;
}

/** An entity whose `default_included` is not what the files say: that is a grant to everybody. */
export interface EntityDifference extends EntityKey {
  readonly kind: 'created' | 'updated' | 'revoked';
  readonly origin: ChangeOrigin;
  /** null: the entity does not exist. */
  readonly from: boolean | null;
  readonly to: boolean;
  readonly place?: RulePlace;
}

/**
 * Why something of the database is shown and never touched: somebody else looks after its entity (a marketplace, a profile), or
 * no file has words for it, so that none has given it and none can keep it.
 */
export type WhyUnmanaged = 'foreign' | 'unsayable';

export interface UnmanagedRule extends RoleRule {
  readonly source: string;
  readonly why: WhyUnmanaged;
}

/** An entity that is open to everybody, and that the files do not speak of. */
export interface UnmanagedEntity extends EntityKey {
  readonly source: string;
  readonly why: WhyUnmanaged;
}

/** A rule, or a grant to everybody, that both sides agree on; the next apply takes it over as base. */
export interface AgreedAccess {
  /** `ruleKeyText` or `entityKeyText`. */
  readonly key: string;
  readonly digest: string;
  /** What the base said; absent when it did not know it. */
  readonly agreed?: string;
}

export interface AccessDiff {
  readonly inSync: boolean;
  /** The files that were read, and those beside them that were not; relative to the project's root. */
  readonly files: readonly string[];
  readonly others: readonly string[];
  /** Sorted by type, id, role. */
  readonly rules: readonly RuleDifference[];
  readonly entities: readonly EntityDifference[];
  readonly unmanaged: readonly UnmanagedRule[];
  readonly unmanagedEntities: readonly UnmanagedEntity[];
  /** How many rules are equal on both sides. */
  readonly unchanged: number;
  readonly agreed: readonly AgreedAccess[];
  /** Base keys of what exists on neither side any more. */
  readonly gone: readonly string[];
  readonly problems: readonly AccessProblem[];
  /** Rules that the files want, and rules of the database that the files decide about: what the guards measure with. */
  readonly wantedRules: number;
  readonly managedRules: number;
  /** Identity of the database. */
  readonly target: string;
  readonly hasBase: boolean;
  /** What the database held; undefined when errors in the files kept it from being read. */
  readonly state: AccessState | undefined;
}

/** The errors: any of them stops an apply. */
export function errorsOf({ problems }: Pick<AccessDiff, 'problems'>): readonly AccessProblem[] {
  return problems.filter(({ severity }) => severity === 'error');
}
