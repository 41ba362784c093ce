import type { ProjectDescription } from '../../core/project/describeProject';
import { inEditorWords } from '../editorWords';
import type { Translate } from '../translate';

/** What was found of the project, as a page: every value with where it came from. Passwords are masked already. */
export function projectDocument(t: Translate, found: ProjectDescription): string {
  const none = t('none');
  const rows: (readonly [string, string, string])[] = [
    [t('Root'), found.root.value, found.root.from],
    [t('Services'), found.services.value, found.services.from],
    [t('Profile'), found.profile.value ?? none, found.profile.from],
    [t('Profiles available'), found.profiles_available.join(', ') || none, '.systemprompt/profiles'],
    [t('Database'), found.database.value ?? none, found.database.from],
    [t('Cloud database'), found.cloud_database.value ?? none, found.cloud_database.from],
    [t('Tenant'), found.tenant.value ?? none, found.tenant.from],
    [t('API'), found.api_url.value, found.api_url.from],
  ];
  const production = found.database.production === true ? (found.database.production_reason ?? '') : '';
  return [
    `# ${t('Project')}`,
    '',
    `| ${t('What')} | ${t('Value')} | ${t('From')} |`,
    '| --- | --- | --- |',
    ...rows.map((cells) => `| ${cells.map((cell) => tableCell(inEditorWords(cell))).join(' | ')} |`),
    ...(production === '' ? [] : ['', t('The database counts as production: {0}.', production)]),
    ...(found.warnings.length === 0 ? [] : ['', `## ${t('Warnings')}`, '']),
    ...found.warnings.map((warning) => `- ${inEditorWords(warning)}`),
    '',
  ].join('\n');
}

/** Paths and names may hold anything; a bar or a line end would break the table. */
function tableCell(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/\|/g, '\\|');
}
