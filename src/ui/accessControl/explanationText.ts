import { describeEntity } from '../../core/accessControl/accessRule';
import type { PendingExplanation } from '../../core/accessControl/accessControlLocalSync';
import type { AccessExplanation } from '../../core/accessControl/explainAccess';
import type { Translate } from '../translate';
import { decisionWords } from './accessWords';

/** The answer to "who may what?" as a document: decision, rule, generation, what else may count, and what is pending. */
export function explanationText(t: Translate, explained: PendingExplanation): string {
  const { entity, roles, user, generation, notes, pending } = explained;
  return [
    `# ${describeEntity(entity)}`,
    '',
    t('For: {0}', subjectWords(t, roles, user)),
    '',
    `## ${t('Now')}`,
    '',
    ...decisionLines(t, explained),
    '',
    generation === '0.12'
      ? t('Read as servers of the generation {0} do.', generation)
      : t('Read as servers newer than 0.12 do.'),
    ...notes.map((note) => `\n${note}`),
    '',
    `## ${t('Once the files are applied, all of them')}`,
    '',
    ...(pending === undefined ? [t('The same.')] : decisionLines(t, pending)),
    '',
  ].join('\n');
}

function subjectWords(t: Translate, roles: readonly string[], user: string | null): string {
  const role = roles.length === 0 ? t('somebody without a role') : t('the roles {0}', roles.join(', '));
  return user === null ? role : t('{0}, as the user {1}', role, user);
}

/** Never a bare allow where more can count. */
function decisionLines(t: Translate, explained: AccessExplanation): string[] {
  const { rule, may_depend_on } = explained;
  const decided = decisionWords(t, explained);
  const justification = rule?.justification ?? '';
  return [
    may_depend_on.length > 0 ? t('**{0}**, as far as its own rules tell', decided) : `**${decided}**`,
    ...(justification === '' ? [] : ['', t('Justification of the rule: {0}', justification)]),
    ...(may_depend_on.length === 0 ? [] : ['', t('It may depend on:'), '']),
    ...may_depend_on.map((other) => `- ${other}`),
  ];
}
