import type { Decision } from '../../core/accessControl/resolveAccess';
import type { NodeText } from '../changes/changesArea';
import { contextValues } from '../contributions';
import type { Translate } from '../translate';
import { changeWords, decisionWords, ruleWords, sourceWords, statusWord } from './accessWords';
import {
  accessStatuses,
  type AccessCounts,
  type AccessNode,
  type AccessRoot,
  type EntityNode,
  type InvalidAccessNode,
  type OthersNode,
  type RuleNode,
} from './accessNodes';

export function accessText(t: Translate, node: AccessNode): NodeText {
  switch (node.type) {
    case 'root':
      return rootText(t, node);
    case 'entity':
      return entityText(t, node);
    case 'rule':
      return ruleText(t, node);
    case 'invalid':
      return invalidText(t, node);
    case 'others':
      return othersText(t, node);
  }
}

export function accessTitle(t: Translate): string {
  return t('Access control');
}

function rootText(t: Translate, { counts, errors, others }: AccessRoot): NodeText {
  const label = accessTitle(t);
  const words = countWords(t, counts);
  const description = errors > 0 ? t('{0} invalid: nothing can be applied', errors) : words;
  return {
    label,
    description,
    tooltip: [
      label,
      ...(description === '' ? [] : [description]),
      ...(errors > 0 && words !== '' ? [words] : []),
      ...(others.length > 0 ? [t('Left alone: {0}', others.join(', '))] : []),
    ],
    spoken: [label, description].filter(Boolean).join(', '),
    contextValue: contextValues.accessRoot,
  };
}

/** What applying the rules grants and denies is what to look at first; a mere change of words is counted. */
function entityText(t: Translate, { entity, counts }: EntityNode): NodeText {
  const { label, changes } = entity;
  const words = changes.map((change) => changeWords(t, change));
  const description = words.length > 0 ? words.join('; ') : countWords(t, counts);
  return {
    label,
    description,
    tooltip: [
      label,
      countWords(t, counts),
      ...(words.length > 0 ? [t('Applying all of its rules changes who may use it:'), ...words] : []),
    ],
    spoken: `${label}, ${description}`,
    contextValue: contextValues.accessEntity,
  };
}

const ruleContexts = {
  added: contextValues.accessAdded,
  modified: contextValues.accessModified,
  removed: contextValues.accessRemoved,
  conflict: contextValues.accessConflict,
  unmanaged: contextValues.accessUnmanaged,
} as const;

function ruleText(t: Translate, { rule, isNewer }: RuleNode): NodeText {
  const label = rule.role ?? 'default_included';
  const description = ruleWords(t, rule);
  return {
    label,
    description,
    tooltip: [
      label,
      description,
      ...sourceWords(t, rule),
      ...(rule.place === undefined ? [] : [t('File: {0}', rule.place.file.path)]),
      ...decisionLines(t, rule.role, rule.decision, isNewer),
    ],
    spoken: `${label}, ${description}`,
    contextValue: ruleContexts[rule.status],
    statusWord: statusWord(t, rule.status),
  };
}

/** Who has this role alone: what it may and by which rule, and what it would. Never a bare allow where more can count. */
function decisionLines(
  t: Translate,
  role: string | null,
  decision: RuleNode['rule']['decision'],
  isNewer: boolean,
): string[] {
  if (decision === undefined) return [];
  const whom = role === null ? t('Whoever no rule names') : t('Whoever has the role {0} alone', role);
  const said = ({ now, then }: { readonly now: Decision; readonly then: Decision }) =>
    now.decision === then.decision
      ? t('{0}: {1}.', whom, decisionWords(t, now))
      : t('{0}: {1}. Once everything is applied: {2}.', whom, decisionWords(t, now), decisionWords(t, then));
  return [
    said(decision),
    isNewer
      ? t(
          'This holds as far as its own role rules tell: this server also looks at rules of parents, of users and of further dimensions.',
        )
      : t('This holds as far as its role rules tell: a rule for a user comes first.'),
  ];
}

function invalidText(t: Translate, { problem }: InvalidAccessNode): NodeText {
  const { path, line, message } = problem;
  const label = path?.split('/').at(-1) ?? t('A rule');
  const description = line === null ? t('invalid: {0}', message) : t('invalid: line {0}: {1}', line, message);
  return {
    label,
    description,
    tooltip: [
      label,
      description,
      ...(path === null ? [] : [t('File: {0}', path)]),
      t('No access rule is applied while a file has an error.'),
    ],
    spoken: `${label}, ${description}`,
    contextValue: contextValues.accessInvalid,
    statusWord: t('Invalid'),
  };
}

function othersText(t: Translate, { ruleType, count }: OthersNode): NodeText {
  const label = ruleType === 'user' ? t('User rules') : t('Rules of the type {0}', ruleType);
  const description = t('{0}, never touched', count);
  return {
    label,
    description,
    tooltip: [
      label,
      description,
      t('The files have no word for them: they are counted and stay as they are.'),
    ],
    spoken: `${label}, ${description}`,
    contextValue: contextValues.accessOthers,
  };
}

function countWords(t: Translate, counts: AccessCounts): string {
  return accessStatuses
    .filter((status) => counts[status] > 0)
    .map((status) => `${counts[status]} ${statusWord(t, status).toLowerCase()}`)
    .join(', ');
}
