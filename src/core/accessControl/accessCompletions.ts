import { compareText, entityTypes, type EntityType } from './accessRule';
import { ruleKeys } from './checkRule';
import type { CheckedAccess } from './checkAccess';
import { knownRoles } from './knownRoles';

/** What can stand where in an access-control file: for completion and hover. Every list is sorted or in reading order. */
export interface AccessCompletions {
  readonly keys: readonly string[];
  readonly entityTypes: readonly EntityType[];
  /** Ids that the project's services declare, by type. */
  readonly ids: Readonly<Partial<Record<EntityType, readonly string[]>>>;
  /** The roles that every server knows, and those that the files use already. */
  readonly roles: readonly string[];
  readonly accesses: readonly ['allow', 'deny'];
}

/** Pure. */
export function accessCompletions({
  catalog,
  rules,
}: Pick<CheckedAccess, 'catalog' | 'rules'>): AccessCompletions {
  const roles = new Set([...knownRoles, ...rules.flatMap((rule) => rule.roles)]);
  return {
    keys: ruleKeys,
    entityTypes,
    ids: Object.fromEntries(catalog.ids),
    roles: [...roles].sort(compareText),
    accesses: ['allow', 'deny'],
  };
}
