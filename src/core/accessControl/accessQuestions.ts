import type { AccessState } from './accessState';
import type { CheckedAccess } from './checkAccess';
import { compareEntities, compareText, entityKeyText, type EntityKey } from './accessRule';
import type { EntityCatalog } from './entityCatalog';
import { knownRoles } from './knownRoles';
import { isMatch } from './declaredRule';

/** What can be asked about: every entity and role that the database, the services or the rules name. Sorted. */
export interface AccessQuestions {
  readonly entities: readonly EntityKey[];
  readonly roles: readonly string[];
}

/** Pure. @param rules of the files; empty where there are none */
export function accessQuestions(
  state: AccessState,
  catalog: EntityCatalog,
  rules: CheckedAccess['rules'],
): AccessQuestions {
  const entities = new Map<string, EntityKey>();
  const add = ({ entityType, entityId }: EntityKey) => {
    const entity = { entityType, entityId };
    entities.set(entityKeyText(entity), entity);
  };
  for (const entity of state.entities.values()) add(entity);
  for (const [entityType, ids] of catalog.ids) for (const entityId of ids) add({ entityType, entityId });
  for (const { entityType, target } of rules) if (!isMatch(target)) add({ entityType, entityId: target.id });
  const roles = new Set([
    ...knownRoles,
    ...rules.flatMap((rule) => rule.roles),
    ...[...state.rules.values()].map(({ role }) => role),
  ]);
  return { entities: [...entities.values()].sort(compareEntities), roles: [...roles].sort(compareText) };
}
