import type { AccessDiff } from '../../../src/core/accessControl/accessDiff';
import {
  entityKeyText,
  ruleDigest,
  ruleKeyText,
  type RoleRule,
} from '../../../src/core/accessControl/accessRule';
import { ourSource, type AccessState, type Generation } from '../../../src/core/accessControl/accessState';
import { compareState } from '../../../src/core/accessControl/compareState';
import { parseAccessFile } from '../../../src/core/accessControl/parseAccessFile';

export const samplePath = 'services/access-control/config.yaml';

export interface SampleDatabase {
  /** As `agent/writer user allow`, with a source after it where the entity is somebody else's. */
  readonly rules?: readonly string[];
  /** Entities that are open to everybody, as `agent/writer`. */
  readonly open?: readonly string[];
  /** How many rules of other types `agent/writer` has. */
  readonly others?: Readonly<Record<string, number>>;
  readonly generation?: Generation;
}

/** What the comparison of a file with such a database finds; the base is what the files said at an earlier apply. */
export function accessDiff(file: string, database: SampleDatabase = {}, base?: string): AccessDiff {
  const parsed = parseAccessFile(file, samplePath);
  const catalog = { ids: new Map(), incomplete: new Set<never>(), parents: new Map() };
  const checked = {
    ...parsed,
    files: [parsed.file],
    others: ['services/access-control/notes.yaml'],
    catalog,
  };
  return compareState(checked, stateOf(database), base === undefined ? undefined : baseOf(base), 'sample');
}

/** A rule of a file, in one line. */
export function rule(id: string, roles: string, access = 'allow', more = ''): string {
  return `  - { entity_type: agent, entity_id: ${id}, access: ${access}, roles: [${roles}]${more} }\n`;
}

export function rulesFile(...rules: readonly string[]): string {
  return `rules:\n${rules.join('')}`;
}

function stateOf({ rules = [], open = [], others = {}, generation = '0.12' }: SampleDatabase): AccessState {
  const entities = new Map<
    string,
    AccessState['entities'] extends ReadonlyMap<string, infer E> ? E : never
  >();
  const stored = new Map<string, RoleRule & { readonly id: string }>();
  for (const text of rules) {
    const [entity = '', role = '', access = '', source = ourSource] = text.split(' ');
    const key = keyOf(entity);
    entities.set(entityKeyText(key), { ...key, defaultIncluded: open.includes(entity), source });
    const said = { ...key, role, access: access === 'deny' ? ('deny' as const) : ('allow' as const) };
    stored.set(ruleKeyText(said), { ...said, justification: null, id: text });
  }
  const writer = entityKeyText(keyOf('agent/writer'));
  const otherRules = new Map(
    Object.keys(others).length === 0 ? [] : [[writer, new Map(Object.entries(others))]],
  );
  return { generation, entityTypes: undefined, entities, rules: stored, otherRules };
}

function keyOf(entity: string) {
  const [entityType = '', entityId = ''] = entity.split('/');
  return { entityType, entityId };
}

function baseOf(file: string) {
  const entries = parseAccessFile(file, samplePath).rules.flatMap(
    ({ entityType, target, access, roles, justification }) =>
      roles.map((role) => {
        const key = {
          entityType,
          entityId: 'id' in target ? target.id : '',
          role,
          access,
          justification,
        };
        return [ruleKeyText(key), { digest: ruleDigest(key) }] as const;
      }),
  );
  return new Map(entries);
}
