import type { Database } from '../database/connection';
import { inAccessTables, toAccess } from './accessRepository';
import { didYouMean } from '../nearestName';
import {
  describeEntity,
  entityKeyText,
  entityTypes,
  isEntityType,
  type Access,
  type EntityKey,
} from './accessRule';
import type { AccessState, Generation } from './accessState';
import type { EntityCatalog } from './entityCatalog';
import { currentFacts, type AccessFacts } from './entityFacts';
import { resolveAccess, type DecidingRule, type Decision, type Subject } from './resolveAccess';

/** Who may what, with the rule that says so (cli-contract.md, `acl explain`). */
export interface AccessExplanation {
  readonly entity: EntityKey;
  readonly roles: readonly string[];
  readonly user: string | null;
  readonly decision: Access;
  readonly reason: Decision['reason'];
  readonly rule?: DecidingRule;
  /** Which resolver answered. */
  readonly generation: Generation;
  /** What else the server may look at: with an entry here, the decision holds only as far as that does not say otherwise. */
  readonly may_depend_on: readonly string[];
  readonly notes: readonly string[];
}

/** The rules of these entities that are about one user, by `entityKeyText`. @throws SyncError `unsupported`, `database` */
export async function readUserRules(
  db: Database,
  entities: readonly EntityKey[],
  user: string,
): Promise<Map<string, DecidingRule[]>> {
  const { rows } = await inAccessTables(() =>
    db.query<{ entity_type: string; entity_id: string; access: string; justification: string | null }>(
      `SELECT r.entity_type, r.entity_id, r.access, r.justification
         FROM access_control_rules r
         JOIN unnest($1::text[], $2::text[]) AS e(entity_type, entity_id)
           ON r.entity_type = e.entity_type AND r.entity_id = e.entity_id
        WHERE r.rule_type = 'user' AND r.rule_value = $3`,
      [entities.map(({ entityType }) => entityType), entities.map(({ entityId }) => entityId), user],
    ),
  );
  const found = new Map<string, DecidingRule[]>();
  for (const { entity_type, entity_id, access, justification } of rows) {
    const key = entityKeyText({ entityType: entity_type, entityId: entity_id });
    const rule: DecidingRule = { ruleType: 'user', ruleValue: user, access: toAccess(access), justification };
    found.set(key, [...(found.get(key) ?? []), rule]);
  }
  return found;
}

export interface ExplainInput {
  readonly entity: EntityKey;
  readonly subject: Subject;
  readonly state: AccessState;
  readonly catalog: EntityCatalog;
  /** Rules about the subject's user, by entity; empty without a user. */
  readonly userRules: ReadonlyMap<string, readonly DecidingRule[]>;
  /** As they are, unless told: `plannedFacts` tells what would be. */
  readonly facts?: AccessFacts;
}

/** The marketplaces that hold an entity, as far as the project's files say. */
export function parentsOf(entity: EntityKey, catalog: EntityCatalog): EntityKey[] {
  const ids = catalog.parents.get(entityKeyText(entity)) ?? [];
  return ids.map((entityId) => ({ entityType: 'marketplace', entityId }));
}

/** Pure. */
export function explainAccess(input: ExplainInput): AccessExplanation {
  const { entity, subject, state, userRules } = input;
  const facts = input.facts ?? currentFacts(state);
  const { generation } = state;
  const decided = resolveAccess(facts.of(entity, userRules.get(entityKeyText(entity))), subject, generation);
  const depends = [
    ...unknownUser(input),
    ...(generation === 'newer' ? newerDependencies(input, facts, decided) : parentsOn012Tables(input)),
  ];
  if (generation === 'newer' && decided.decision === 'allow' && depends.length === 0) {
    depends.push(
      'further dimensions: this server may know rules about more than roles and users (none is stored for this entity now)',
    );
  }
  return {
    entity,
    roles: subject.roles,
    user: subject.user ?? null,
    decision: decided.decision,
    reason: decided.reason,
    ...(decided.rule && { rule: decided.rule }),
    generation,
    may_depend_on: depends,
    notes: [...misspelt(input), ...(generation === '0.12' ? [same012Tables] : [])],
  };
}

/** A typo in the question is answered with a deny like any other. */
function misspelt({ entity, state, catalog }: ExplainInput): string[] {
  const { entityType, entityId } = entity;
  if (state.entities.has(entityKeyText(entity))) return [];
  const types = state.entityTypes ?? entityTypes;
  if (!isEntityType(entityType) && !types.includes(entityType))
    return [`There is no entity type "${entityType}".${didYouMean(entityType, types)}`];
  const stored = [...state.entities.values()].filter((known) => known.entityType === entityType);
  const declared = new Map<string, readonly string[]>(catalog.ids).get(entityType) ?? [];
  if (declared.includes(entityId)) return [];
  const known = [...stored.map((other) => other.entityId), ...declared];
  return [
    `Neither the database nor the services know ${describeEntity(entity)}.${didYouMean(entityId, known)}`,
  ];
}

const same012Tables =
  'Servers 0.13 to 0.16 have the same tables as 0.12 and also let rules of parents (marketplaces) count; the database cannot tell them apart.';

function parentsOn012Tables({ entity, catalog }: ExplainInput): string[] {
  return parentsOf(entity, catalog).map(
    (parent) => `rules of its parent ${describeEntity(parent)}, if the server is 0.13 to 0.16`,
  );
}

/** Rules about users come first on every server. */
function unknownUser({ entity, subject, state }: ExplainInput): string[] {
  const count = state.otherRules.get(entityKeyText(entity))?.get('user') ?? 0;
  if (subject.user !== undefined || count === 0) return [];
  return [
    `${count} user ${count === 1 ? 'rule' : 'rules'} of ${describeEntity(entity)}: name a user to take them in`,
  ];
}

function newerDependencies(
  { entity, subject, state, catalog, userRules }: ExplainInput,
  facts: AccessFacts,
  decided: Decision,
): string[] {
  const depends: string[] = [];
  for (const [type, count] of state.otherRules.get(entityKeyText(entity)) ?? []) {
    if (type !== 'user')
      depends.push(`${count} ${type} ${count === 1 ? 'rule' : 'rules'} of ${describeEntity(entity)}`);
  }
  for (const parent of parentsOf(entity, catalog)) {
    const alone = resolveAccess(
      facts.of(parent, userRules.get(entityKeyText(parent))),
      subject,
      state.generation,
    );
    depends.push(`rules of its parent ${describeEntity(parent)}, which alone would ${alone.decision}`);
  }
  const mayHaveParents = entity.entityType !== 'marketplace' && entity.entityType !== 'gateway_route';
  if (mayHaveParents && catalog.incomplete.has('marketplace')) {
    depends.push('rules of a marketplace that holds it: a marketplace file could not be read');
  }
  if (decided.reason === 'defaultIncluded' && facts.of(entity).hasOwnRules) {
    depends.push('whether its own rules close it to those they do not name, although default_included is on');
  }
  return depends;
}
