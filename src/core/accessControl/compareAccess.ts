import { sha256 } from '../digest';
import type { ChangeOrigin } from '../models/contentDiff';
import type { BaseState } from '../state/baseStore';
import type {
  AccessDiff,
  AgreedAccess,
  EntityDifference,
  RevocationFlag,
  RuleDifference,
  UnmanagedEntity,
  UnmanagedRule,
} from './accessDiff';
import type { AccessProblem } from './accessProblem';
import {
  compareEntities,
  compareRules,
  describeEntity,
  entityKeyText,
  ruleDigest,
  ruleKeyText,
  type EntityKey,
  type RoleRule,
} from './accessRule';
import { isOurs, type AccessState, type StoredEntity, type StoredRule } from './accessState';
import type { WantedAccess, WantedEntity } from './expandRules';
import { createPlaces } from './locatePlaces';
import { whyUnsayable } from './whyUnsayable';

type Compared = Pick<
  AccessDiff,
  | 'rules'
  | 'entities'
  | 'unmanaged'
  | 'unmanagedEntities'
  | 'unchanged'
  | 'agreed'
  | 'gone'
  | 'problems'
  | 'wantedRules'
  | 'managedRules'
>;

/** Digest of a grant to everybody in the base; an entity without one has no entry. */
export const includedDigest = sha256('default_included');

/**
 * What the files want against what the database holds, rule by rule. Pure.
 *
 * The files decide about the role rules of every entity that they name, and of every entity that came from such files (its
 * `source` is ours). Rules of all others are unmanaged: marketplaces and profiles write rules too. So is what no file can say:
 * a file that is silent about it takes nothing away, and an export that leaves it out changes nothing when it is applied.
 */
export function compareAccess(
  wanted: WantedAccess,
  state: AccessState,
  base: BaseState | undefined,
): Compared {
  return new Comparison(wanted, state, base).run();
}

class Comparison {
  private readonly rules: RuleDifference[] = [];
  private readonly entities: EntityDifference[] = [];
  private readonly unmanaged: UnmanagedRule[] = [];
  private readonly unmanagedEntities: UnmanagedEntity[] = [];
  private readonly agreed: AgreedAccess[] = [];
  private readonly places = createPlaces();
  private readonly digests = new Map<string, string>();
  /** Entities with role rules that the files decide about. */
  private readonly revocable = new Set<string>();
  private unchanged = 0;
  private managedRules = 0;

  constructor(
    private readonly wanted: WantedAccess,
    private readonly state: AccessState,
    private readonly base: BaseState | undefined,
  ) {}

  run(): Compared {
    this.compareWantedRules();
    this.compareStoredRules();
    this.compareEntities();
    const { rules, entities, unmanaged, unmanagedEntities, unchanged, agreed, wanted, managedRules } = this;
    return {
      rules: rules.sort(compareRules),
      entities: entities.sort(compareEntities),
      unmanaged: unmanaged.sort(compareRules),
      unmanagedEntities: unmanagedEntities.sort(compareEntities),
      unchanged,
      agreed,
      gone: this.goneKeys(),
      problems: [...this.unknownTypes(), ...this.places.problems(), ...unsayableDefaults(unmanagedEntities)],
      wantedRules: wanted.rules.size,
      managedRules,
    };
  }

  private compareWantedRules(): void {
    for (const [key, wanted] of this.wanted.rules) {
      const stored = this.state.rules.get(key);
      const digest = this.digestOf(wanted);
      const { entityType, entityId, role, place } = wanted;
      if (stored) this.managedRules += 1;
      if (stored && this.digestOf(stored) === digest) {
        this.unchanged += 1;
        this.addAgreed(key, digest);
        continue;
      }
      const origin = this.originOf(key, digest, stored && this.digestOf(stored));
      const difference = { entityType, entityId, role, origin, wanted, place };
      this.rules.push(
        stored ? { kind: 'updated', stored, ...difference } : { kind: 'inserted', ...difference },
      );
    }
  }

  private compareStoredRules(): void {
    for (const [key, stored] of this.state.rules) {
      if (this.wanted.rules.has(key)) continue;
      const { entityType, entityId, role } = stored;
      const needs = this.revocationOf(stored);
      if (needs === undefined || whyUnsayable(stored) !== undefined) {
        const source = this.state.entities.get(entityKeyText(stored))?.source ?? '';
        this.unmanaged.push({ ...stored, source, why: needs === undefined ? 'foreign' : 'unsayable' });
        continue;
      }
      this.revocable.add(entityKeyText(stored));
      this.managedRules += 1;
      const origin = this.originOf(key, undefined, this.digestOf(stored));
      this.rules.push({ entityType, entityId, role, kind: 'deleted', origin, stored, needs });
    }
  }

  /** Undefined: the rule is not ours to take away. */
  private revocationOf(stored: StoredRule): RevocationFlag | undefined {
    const key = entityKeyText(stored);
    const declared = this.wanted.entities.get(key);
    const entity = this.state.entities.get(key);
    const ours = entity !== undefined && isOurs(entity);
    if (declared) return declared.named || ours ? 'deleteOrphans' : undefined;
    return ours ? 'prune' : undefined;
  }

  private compareEntities(): void {
    for (const [key, wanted] of this.wanted.entities)
      this.compareEntity(key, wanted, this.state.entities.get(key));
    for (const [key, stored] of this.state.entities) {
      if (this.wanted.entities.has(key) || !stored.defaultIncluded) continue;
      const why = this.whyUnmanaged(key, stored);
      if (why !== undefined) {
        const { entityType, entityId, source } = stored;
        this.unmanagedEntities.push({ entityType, entityId, source, why });
        continue;
      }
      this.addEntity(stored, {
        kind: 'revoked',
        from: true,
        to: false,
        origin: this.originOf(key, undefined, includedDigest),
      });
    }
  }

  /**
   * A file can only open an entity in a rule that names a role. One that is open and has no such rule, and of which the base
   * knows nothing, was opened by other means: its silence in the files says nothing.
   */
  private whyUnmanaged(key: string, stored: StoredEntity): UnmanagedEntity['why'] | undefined {
    if (!isOurs(stored)) return 'foreign';
    return this.revocable.has(key) || this.isGivenBefore(key) ? undefined : 'unsayable';
  }

  private isGivenBefore(key: string): boolean {
    return this.base?.get(key)?.digest === includedDigest;
  }

  private compareEntity(key: string, wanted: WantedEntity, stored: StoredEntity | undefined): void {
    const to = this.wantedDefault(key, wanted, stored);
    const from = stored?.defaultIncluded ?? null;
    if (to === undefined || to === (from ?? false)) {
      if (to === true) this.addAgreed(key, includedDigest);
      return;
    }
    const origin = this.originOf(key, to ? includedDigest : undefined, from ? includedDigest : undefined);
    this.addEntity(wanted, { kind: stored ? 'updated' : 'created', from, to, origin, place: wanted.place });
  }

  /**
   * What `default_included` should be. Leaving the key out means false where the dialect has it, but never changes an entity
   * of somebody else; and a grant that the files have given before (the base knows) is taken back.
   */
  private wantedDefault(
    key: string,
    wanted: WantedEntity,
    stored: StoredEntity | undefined,
  ): boolean | undefined {
    if (wanted.saysDefault || !stored || !stored.defaultIncluded) return wanted.defaultIncluded;
    if (this.isGivenBefore(key) || (isOurs(stored) && wanted.defaultIncluded !== undefined)) return false;
    const message = `${describeEntity(wanted)} is open to everybody in the database (default_included), and the file does not say so.`;
    this.places.add(wanted.place, [], { severity: 'warning', rule: 'silentDefault', message });
    return undefined;
  }

  private addEntity(
    { entityType, entityId }: EntityKey,
    difference: Omit<EntityDifference, keyof EntityKey>,
  ): void {
    this.entities.push({ entityType, entityId, ...difference });
  }

  private originOf(key: string, disk: string | undefined, database: string | undefined): ChangeOrigin {
    if (!this.base) return 'unknown';
    const agreed = this.base.get(key)?.digest;
    if (agreed === undefined && disk !== undefined && database !== undefined) return 'unknown';
    if (agreed === database) return 'disk';
    return agreed === disk ? 'database' : 'both';
  }

  /** Types that this database has no place for: found before anything is written. */
  private unknownTypes(): AccessProblem[] {
    const { entityTypes } = this.state;
    if (!entityTypes) return [];
    const places = createPlaces();
    for (const { entityType, place } of this.wanted.entities.values()) {
      if (entityTypes.includes(entityType)) continue;
      const message = `This database does not take the entity type ${entityType}; it knows ${entityTypes.join(', ')}.`;
      places.add(place, ['entity_type'], { severity: 'error', rule: 'unknownToDatabase', message });
    }
    return places.problems();
  }

  /** Thousands of rules say the same few things. */
  private digestOf(rule: RoleRule): string {
    const said = `${rule.access}${rule.justification === null ? '' : ` ${rule.justification}`}`;
    const known = this.digests.get(said) ?? ruleDigest(rule);
    this.digests.set(said, known);
    return known;
  }

  private addAgreed(key: string, digest: string): void {
    const agreed = this.base?.get(key)?.digest;
    this.agreed.push({ key, digest, ...(agreed !== undefined && { agreed }) });
  }

  private goneKeys(): string[] {
    const agreed = new Set(this.agreed.map(({ key }) => key));
    const open = new Set<string>();
    for (const rule of this.rules) open.add(ruleKeyText(rule));
    for (const entity of this.entities) open.add(entityKeyText(entity));
    return [...(this.base?.keys() ?? [])].filter((key) => !agreed.has(key) && !open.has(key));
  }
}

function unsayableDefaults(entities: readonly UnmanagedEntity[]): AccessProblem[] {
  return entities
    .filter(({ why }) => why === 'unsayable')
    .map((entity) => ({
      severity: 'warning',
      rule: 'unsayableDefault',
      path: null,
      line: null,
      column: null,
      message: `${describeEntity(entity)} is open to everybody in the database (default_included), and has no role rule: no file can say so, and it is left as it is.`,
    }));
}
