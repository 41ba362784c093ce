import type { AccessDiff } from './accessDiff';
import { compareRules, entityKeyText, ruleKeyText, type EntityKey, type RoleRule } from './accessRule';

/** What the files and the database say: the two sides of a diff editor. Empty for a side that says nothing. */
export interface AccessTexts {
  readonly file: string;
  readonly database: string;
}

/**
 * An entity with all of its role rules, or one of them. Pure.
 *
 * @param role null for the entity's `default_included`; undefined for everything
 */
export function accessTexts(diff: AccessDiff, entity: EntityKey, role?: string | null): AccessTexts {
  const isMeant = (rule: RoleRule) =>
    entityKeyText(rule) === entityKeyText(entity) && (role === undefined || rule.role === role);
  const stored = [...(diff.state?.rules.values() ?? [])].filter(isMeant);
  const said = new Map(stored.map((rule): [string, RoleRule] => [ruleKeyText(rule), rule]));
  for (const rule of diff.unmanaged) said.delete(ruleKeyText(rule));
  for (const rule of diff.rules) {
    if (rule.wanted === undefined) said.delete(ruleKeyText(rule));
    else if (isMeant(rule.wanted)) said.set(ruleKeyText(rule), rule.wanted);
  }
  const included = typeof role === 'string' ? undefined : defaultsOf(diff, entity);
  return {
    file: describe(entity, included?.file, said.values()),
    database: describe(entity, included?.database, stored),
  };
}

/** `default_included` on both sides; undefined where a side has no word for it. */
function defaultsOf(diff: AccessDiff, entity: EntityKey) {
  const key = entityKeyText(entity);
  const database = diff.state?.entities.get(key)?.defaultIncluded;
  const difference = diff.entities.find((item) => entityKeyText(item) === key);
  if (difference) return { file: difference.kind === 'revoked' ? undefined : difference.to, database };
  // Where both agree, it is only worth a line when it opens the entity; of somebody else's, the files say nothing.
  const open = database === true ? true : undefined;
  const isTheirs =
    diff.unmanaged.some((rule) => rule.why === 'foreign' && entityKeyText(rule) === key) ||
    diff.unmanagedEntities.some((other) => entityKeyText(other) === key);
  return { file: isTheirs ? undefined : open, database: open };
}

function describe(
  { entityType, entityId }: EntityKey,
  included: boolean | undefined,
  rules: Iterable<RoleRule>,
): string {
  const sorted = [...rules].sort(compareRules);
  if (included === undefined && sorted.length === 0) return '';
  return [
    `entity: ${entityType}/${entityId}`,
    ...(included === undefined ? [] : [`default_included: ${included}`]),
    ...sorted.flatMap(ruleLines),
    '',
  ].join('\n');
}

function ruleLines({ role, access, justification }: RoleRule): string[] {
  return [
    '',
    `role: ${role}`,
    `access: ${access}`,
    ...(justification === null ? [] : [`justification: ${JSON.stringify(justification)}`]),
  ];
}
