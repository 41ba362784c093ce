import type { AccessDiff } from '../../core/accessControl/accessDiff';
import { describeEntity, entityKeyText, type EntityKey } from '../../core/accessControl/accessRule';
import { declarableTypes, type EntityCatalog } from '../../core/accessControl/entityCatalog';
import type { Translate } from '../translate';

/**
 * An entity as plain lines: whether the services declare it, and what the database has about it.
 *
 * @param diff of the last comparison; absent where there is none
 */
export function entityHover(
  t: Translate,
  entity: EntityKey,
  catalog: EntityCatalog,
  diff: AccessDiff | undefined,
): string[] {
  const state = diff?.state;
  const key = entityKeyText(entity);
  const stored = [...(state?.rules.values() ?? [])].filter((rule) => entityKeyText(rule) === key);
  const said = stored.map(({ role, access }) => `${role} ${access}`).sort();
  return [
    describeEntity(entity),
    ...declaredWords(t, entity, catalog),
    ...(state === undefined
      ? []
      : [
          said.length === 0
            ? t('The database has no role rule for it.')
            : t('In the database: {0}', said.join(', ')),
        ]),
    ...(state?.entities.get(key)?.defaultIncluded === true
      ? [t('It is open to everybody in the database (default_included).')]
      : []),
  ];
}

function declaredWords(t: Translate, { entityType, entityId }: EntityKey, catalog: EntityCatalog): string[] {
  const type = declarableTypes.find((known) => known === entityType);
  if (type === undefined) return [];
  if (catalog.ids.get(type)?.includes(entityId) === true)
    return [t('Declared by the services of this project.')];
  return catalog.incomplete.has(type) ? [] : [t('No service of this project declares it.')];
}
