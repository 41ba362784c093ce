import { isEntityType, type RuleKey } from './accessRule';
import { nameFault } from './checkRule';

/**
 * Why no file can say a role rule, as the end of a sentence; undefined when one can. A server stores names as they come
 * (data.md A-8), and a newer one knows more entity types: about such a rule no file decides, and none takes it away.
 */
export function whyUnsayable({ entityType, entityId, role }: RuleKey): string | undefined {
  const fault = nameFault(role)?.message ?? nameFault(entityId)?.message;
  if (fault !== undefined) return `its name ${fault.replace(/\.$/, '')}`;
  return isEntityType(entityType) ? undefined : `there is no entity type "${entityType}"`;
}
