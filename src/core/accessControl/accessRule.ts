import { netstrings, sha256 } from '../digest';

/** The kinds of things that rules are about (data.md 3.1; the last two since 0.17.0). */
export const entityTypes = [
  'gateway_route',
  'mcp_server',
  'plugin',
  'agent',
  'marketplace',
  'skill',
  'hook',
  'slack_workspace',
  'teams_tenant',
] as const;
export type EntityType = (typeof entityTypes)[number];

export type Access = 'allow' | 'deny';

/** (type, id): what rules are about. The type is free text, because a newer database may know more of them. */
export interface EntityKey {
  readonly entityType: string;
  readonly entityId: string;
}

/** (entity, role): at most one rule of a database has it (data.md 3.3). */
export interface RuleKey extends EntityKey {
  readonly role: string;
}

/** What a role may do with an entity: what the database holds as `rule_type = 'role'`. */
export interface RoleRule extends RuleKey {
  readonly access: Access;
  /** null and "" are different values (data.md 3.2). */
  readonly justification: string | null;
}

export function isEntityType(text: string): text is EntityType {
  return (entityTypes as readonly string[]).includes(text);
}

/** One text for an entity; nobody can write a NUL into either part. */
export function entityKeyText({ entityType, entityId }: EntityKey): string {
  return `${entityType}\0${entityId}`;
}

/** One text for a rule, never that of an entity. */
export function ruleKeyText(key: RuleKey): string {
  return `${entityKeyText(key)}\0${key.role}`;
}

/** Equal digests mean that the rules say the same. */
export function ruleDigest({ access, justification }: RoleRule): string {
  return sha256(netstrings([access, justification]));
}

/** For people: `agent/writer`. */
export function describeEntity({ entityType, entityId }: EntityKey): string {
  return `${entityType}/${entityId}`;
}

/** For people: `agent/writer for editor`. */
export function describeRule(key: RuleKey): string {
  return `${describeEntity(key)} for ${key.role}`;
}

/** Sorted as people look for them, and the same on every machine: by type, id, role. */
export function compareRules(left: RuleKey, right: RuleKey): number {
  return compareEntities(left, right) || compareText(left.role, right.role);
}

export function compareEntities(left: EntityKey, right: EntityKey): number {
  return compareText(left.entityType, right.entityType) || compareText(left.entityId, right.entityId);
}

export function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
