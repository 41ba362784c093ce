import type { AccessRuleNode, AccessStatus } from '../../core/accessControl/accessTree';
import type { DecisionChange } from '../../core/accessControl/decisionChanges';
import type { Decision } from '../../core/accessControl/resolveAccess';
import type { Translate } from '../translate';

/** The status of an access rule in one word or two. */
export function statusWord(t: Translate, status: AccessStatus): string {
  switch (status) {
    case 'added':
      return t('Added in the file');
    case 'modified':
      return t('Modified');
    case 'removed':
      return t('Only in the database');
    case 'conflict':
      return t('Conflict');
    case 'unmanaged':
      return t('Unmanaged');
  }
}

/** What stands behind a rule's role: how it differs, and what each side says. */
export function ruleWords(t: Translate, { status, file, database, source }: AccessRuleNode): string {
  switch (status) {
    case 'added':
      return t('added in the file · {0}', file ?? '');
    case 'removed':
      return t('only in the database · {0}', database ?? '');
    case 'modified':
      return file === database
        ? t('modified · another justification')
        : t('modified · {0} in the database, {1} in the file', database ?? '', file ?? '');
    case 'conflict':
      return t(
        'conflict: changed on both sides · {0} in the database, {1} in the file',
        side(t, database),
        side(t, file),
      );
    case 'unmanaged':
      return t(
        'unmanaged · {0} · from {1}',
        database ?? '',
        source === '' ? t('nobody known') : (source ?? ''),
      );
  }
}

function side(t: Translate, said: string | null): string {
  return said ?? t('nothing');
}

/** What a tooltip adds: whose the rule is, or which side changed. */
export function sourceWords(t: Translate, { status, origin, why }: AccessRuleNode): string[] {
  if (why === 'unsayable') return [t('No file has words for it: it is never touched.')];
  if (status === 'unmanaged') return [t('Its entity is looked after by somebody else: it is never touched.')];
  switch (origin) {
    case 'disk':
      return [t('Origin: {0}', t('changed on disk'))];
    case 'database':
      return [t('Origin: {0}', t('changed in the database'))];
    case 'both':
      return [t('Origin: {0}', t('changed on both sides'))];
    case 'unknown':
      return [];
  }
}

/** ``granted to `user` that was denied before``: what a plan changes for whoever has one role. */
export function changeWords(t: Translate, { role, after }: DecisionChange): string {
  const whom = role === null ? t('everybody else') : `\`${role}\``;
  return after === 'allow'
    ? t('granted to {0} that was denied before', whom)
    : t('denied to {0} that was granted before', whom);
}

/** A decision and what makes it: `allowed (role rule for user)`. */
export function decisionWords(t: Translate, decided: Pick<Decision, 'decision' | 'reason' | 'rule'>): string {
  const why = reasonWords(t, decided);
  return decided.decision === 'allow' ? t('allowed ({0})', why) : t('denied ({0})', why);
}

function reasonWords(t: Translate, { reason, rule }: Pick<Decision, 'reason' | 'rule'>): string {
  switch (reason) {
    case 'rule':
      return rule?.ruleType === 'user'
        ? t('user rule for {0}', rule.ruleValue)
        : t('role rule for {0}', rule?.ruleValue ?? '');
    case 'defaultIncluded':
      return t('it is open to everybody, default_included');
    case 'unknownEntity':
      return t('the database does not know it');
    case 'closedByOwnRules':
      return t('it has rules, and none of them fits');
    case 'notAssigned':
      return t('no rule fits, and it is not open to everybody');
  }
}
