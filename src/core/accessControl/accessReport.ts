import type { ContentProblem } from '../models/content';
import { errorsOf, type AccessDiff, type RuleDifference, type WhyUnmanaged } from './accessDiff';
import { planAccess, type AccessPlan } from './accessPlan';
import type { RoleRule } from './accessRule';
import { countOtherRules } from './accessState';
import { decisionChanges, describeChange } from './decisionChanges';
import { createPlaces } from './locatePlaces';

/** JSON of `acl diff` (cli-contract.md). Keys may be added, never renamed. */
export interface AccessDiffReport {
  readonly in_sync: boolean;
  readonly inserted: readonly RuleReport[];
  readonly updated: readonly RuleReport[];
  readonly deleted: readonly RuleReport[];
  /** On entities of somebody else, or beyond what a file can say: never touched, and no reason for being out of sync. */
  readonly unmanaged: readonly RuleReport[];
  /** Entities that are open to everybody, left alone for the same reasons. */
  readonly unmanaged_entities: readonly UnmanagedEntityReport[];
  /** Entities that are opened to everybody, or closed. */
  readonly entities: readonly EntityReport[];
  readonly unchanged: number;
  /** How many rules of other types there are, by type. */
  readonly other_rules: Readonly<Record<string, number>>;
  /** What an apply with every flag would grant and deny that is not so now. */
  readonly decisions: readonly DecisionReport[];
  readonly warnings: readonly ProblemReport[];
  readonly invalid: readonly ProblemReport[];
  readonly files: readonly string[];
  /** YAML files beside them, left alone. */
  readonly other_files: readonly string[];
}

export interface RuleReport {
  readonly entity_type: string;
  readonly entity_id: string;
  readonly role: string;
  readonly access: string;
  readonly justification: string | null;
  readonly origin?: string;
  /** What the database says now, for an update. */
  readonly database?: { readonly access: string; readonly justification: string | null };
  /** The option that a deletion waits for. */
  readonly needs?: 'delete_orphans' | 'prune';
  readonly source?: string;
  readonly why?: WhyUnmanaged;
  readonly place?: string;
}

export interface EntityReport {
  readonly entity_type: string;
  readonly entity_id: string;
  readonly default_included: { readonly from: boolean | null; readonly to: boolean };
  readonly origin: string;
  readonly needs?: 'override' | 'prune';
}

export interface UnmanagedEntityReport {
  readonly entity_type: string;
  readonly entity_id: string;
  readonly default_included: true;
  readonly source: string;
  readonly why: WhyUnmanaged;
}

export interface DecisionReport {
  readonly entity_type: string;
  readonly entity_id: string;
  /** null: whoever has no role that a rule names. */
  readonly role: string | null;
  readonly before: string;
  readonly after: string;
  readonly text: string;
}

interface ProblemReport {
  readonly path: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
  readonly rule: string;
}

/** Numbers for `status` and the status bar. */
export interface AccessCounts {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  readonly entities: number;
  readonly unmanaged: number;
  readonly invalid: number;
  readonly unchanged: number;
}

export function countAccess(diff: AccessDiff): AccessCounts {
  const count = (kind: RuleDifference['kind']) => diff.rules.filter((rule) => rule.kind === kind).length;
  return {
    inserted: count('inserted'),
    updated: count('updated'),
    deleted: count('deleted'),
    entities: diff.entities.length,
    unmanaged: diff.unmanaged.length,
    invalid: errorsOf(diff).length,
    unchanged: diff.unchanged,
  };
}

export function accessDiffReport(diff: AccessDiff): AccessDiffReport {
  const places = createPlaces();
  const of = (kind: RuleDifference['kind']) =>
    diff.rules.filter((rule) => rule.kind === kind).map((rule) => differenceReport(rule, places));
  return {
    in_sync: diff.inSync,
    inserted: of('inserted'),
    updated: of('updated'),
    deleted: of('deleted'),
    unmanaged: diff.unmanaged.map((rule) => ({ ...ruleReport(rule), source: rule.source, why: rule.why })),
    unmanaged_entities: diff.unmanagedEntities.map(({ entityType, entityId, source, why }) => ({
      entity_type: entityType,
      entity_id: entityId,
      default_included: true,
      source,
      why,
    })),
    entities: diff.entities.map(({ entityType, entityId, from, to, origin, kind }) => ({
      entity_type: entityType,
      entity_id: entityId,
      default_included: { from, to },
      origin,
      ...(kind !== 'created' && { needs: kind === 'revoked' ? ('prune' as const) : ('override' as const) }),
    })),
    unchanged: diff.unchanged,
    other_rules: diff.state ? countOtherRules(diff.state) : {},
    decisions: everyDecision(diff),
    warnings: diff.problems.filter(({ severity }) => severity === 'warning').map(problemReport),
    invalid: errorsOf(diff).map(problemReport),
    files: diff.files,
    other_files: diff.others,
  };
}

/** What this plan grants and denies, for the dry run and the confirmation. */
export function decisionReports(diff: AccessDiff, plan: Pick<AccessPlan, 'steps'>): DecisionReport[] {
  if (!diff.state) return [];
  return decisionChanges(diff.state, plan).map((change) => ({
    entity_type: change.entityType,
    entity_id: change.entityId,
    role: change.role,
    before: change.before,
    after: change.after,
    text: describeChange(change),
  }));
}

function everyDecision(diff: AccessDiff): DecisionReport[] {
  const nowhere = { kind: 'database', label: '', host: '', production: false } as const;
  return decisionReports(
    diff,
    planAccess(diff, nowhere, { override: true, deleteOrphans: true, prune: true }),
  );
}

function differenceReport(item: RuleDifference, places: ReturnType<typeof createPlaces>): RuleReport {
  const { origin } = item;
  switch (item.kind) {
    case 'inserted':
      return { ...ruleReport(item.wanted), origin, place: places.describe(item.place) };
    case 'updated': {
      const { access, justification } = item.stored;
      return {
        ...ruleReport(item.wanted),
        origin,
        database: { access, justification },
        place: places.describe(item.place),
      };
    }
    case 'deleted':
      return {
        ...ruleReport(item.stored),
        origin,
        needs: item.needs === 'prune' ? 'prune' : 'delete_orphans',
      };
  }
}

function ruleReport({ entityType, entityId, role, access, justification }: RoleRule): RuleReport {
  return { entity_type: entityType, entity_id: entityId, role, access, justification };
}

function problemReport({ path, line, column, message, rule }: ContentProblem): ProblemReport {
  return { path, line, column, message, rule };
}
