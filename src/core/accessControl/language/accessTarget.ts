import type { TextSpan } from '../../yaml/textEdit';
import { isEntityType, type EntityKey } from '../accessRule';
import { ruleCursor } from './ruleCursor';

/** What the mouse is on in an access-control file. */
export type AccessTarget =
  | {
      readonly kind: 'key';
      /** `rules`, or the key of a rule. */
      readonly key: string;
      readonly span: TextSpan;
    }
  | {
      readonly kind: 'entity';
      /** That an `entity_id` names. */
      readonly entity: EntityKey;
      readonly span: TextSpan;
    };

/** A key, or the id of an entity whose type the rule says; undefined elsewhere. */
export function accessTargetAt(text: string, offset: number): AccessTarget | undefined {
  const cursor = ruleCursor(text, offset);
  if (cursor === undefined) return undefined;
  const { span } = cursor;
  if (cursor.at === 'key') {
    const isKnownPlace = cursor.parent.length === 0 || cursor.parent.join() === 'rules';
    return cursor.hasColon && isKnownPlace ? { kind: 'key', key: cursor.name, span } : undefined;
  }
  const entityType = cursor.present.get('entity_type');
  const written = text.slice(span.start, span.end);
  const entityId = /^(["']).*\1$/.test(written) ? written.slice(1, -1) : written;
  const isId = cursor.path.join() === 'rules,entity_id' && offset <= span.end && entityId !== '';
  return isId && entityType !== undefined && isEntityType(entityType)
    ? { kind: 'entity', entity: { entityType, entityId }, span }
    : undefined;
}
