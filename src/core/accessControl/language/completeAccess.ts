import { valueCompletions, type Completion } from '../../content/language/completion';
import { listCompletions } from '../../content/language/listCompletions';
import type { YamlKeyCursor } from '../../yaml/yamlCursor';
import type { AccessCompletions } from '../accessCompletions';
import { isEntityType } from '../accessRule';
import { ruleCursor } from './ruleCursor';

/** How keys start whose values are no free text. */
const starts: Readonly<Record<string, string>> = {
  access: 'access: ${1|allow,deny|}',
  default_included: 'default_included: ${1|true,false|}',
  roles: 'roles: [$1]',
};

/** A rule names an entity or a pattern, not both. */
const excluding: Readonly<Record<string, string>> = {
  entity_id: 'entity_match',
  entity_match: 'entity_id',
};

const newRule = '- entity_type: $1\n  entity_id: $2\n  access: ${3|allow,deny|}\n  roles: [$4]';

/** What can be written at an offset of an access-control file: keys that are not there yet, and values that are known. */
export function completeAccess(text: string, offset: number, facts: AccessCompletions): Completion[] {
  const cursor = ruleCursor(text, offset);
  if (cursor === undefined) return [];
  if (cursor.at === 'key') return keysFor(cursor, facts);
  const [parent, key, ...deeper] = cursor.path;
  if (parent !== 'rules' || key === undefined || deeper.length > 0) return [];
  if (key === 'roles') return listCompletions(text, offset, cursor.span, facts.roles);
  const values = valuesOf(key, cursor.present.get('entity_type'), facts);
  return valueCompletions(values, cursor.span, text);
}

function keysFor(cursor: YamlKeyCursor, facts: AccessCompletions): Completion[] {
  const toCompletion = (label: string, insert: string): Completion => ({
    kind: 'key',
    label,
    insert: cursor.hasColon ? label : insert,
    isSnippet: !cursor.hasColon,
    replace: cursor.span,
    filter: label,
  });
  if (cursor.parent.length === 0) {
    return cursor.indent > 0 || cursor.present.has('rules')
      ? []
      : [toCompletion('rules', `rules:\n  ${newRule.replaceAll('\n', '\n  ')}`)];
  }
  if (cursor.parent.join() !== 'rules') return [];
  if (!cursor.inItem) return cursor.name === '' ? [toCompletion('- entity_type', newRule)] : [];
  return facts.keys
    .filter((key) => !cursor.present.has(key) && !cursor.present.has(excluding[key] ?? key))
    .map((key) => toCompletion(key, starts[key] ?? `${key}: $1`));
}

function valuesOf(key: string, entityType: string | undefined, facts: AccessCompletions): readonly string[] {
  switch (key) {
    case 'entity_type':
      return facts.entityTypes;
    case 'entity_id':
      return idsOf(entityType, facts);
    case 'entity_match':
      return ['*'];
    case 'access':
      return facts.accesses;
    case 'default_included':
      return ['true', 'false'];
    default:
      return [];
  }
}

/** Every id while the rule does not say its type yet. */
function idsOf(entityType: string | undefined, { ids }: AccessCompletions): readonly string[] {
  if (entityType === undefined || entityType === '') return Object.values(ids).flat();
  return isEntityType(entityType) ? (ids[entityType] ?? []) : [];
}
