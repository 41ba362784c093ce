import type { ProjectDescription } from '../../core/project/describeProject';
import { inEditorWords } from '../editorWords';
import type { Translate } from '../translate';

/** What may be shown of the tenant's token. */
export interface ProjectToken {
  /** How long it lasts; undefined when there is none. */
  readonly value: string | undefined;
  /** Where it comes from, or why there is none. */
  readonly from: string;
}

/** What was found of the project, as a page: every value with where it came from. Passwords are masked already. */
export function projectDocument(t: Translate, found: ProjectDescription, token: ProjectToken): string {
  const none = t('none');
  const rows: (readonly [string, string, string])[] = [
    [t('Root'), found.root.value, found.root.from],
    [t('Services'), found.services.value, found.services.from],
    [t('Profile'), found.profile.value ?? none, found.profile.from],
    [t('Profiles available'), found.profiles_available.join(', ') || none, '.systemprompt/profiles'],
    [t('Database'), found.database.value ?? none, found.database.from],
    [t('Cloud database'), found.cloud_database.value ?? none, found.cloud_database.from],
    [t('Tenant'), tenantText(found) ?? none, found.tenant.from],
    [t('Way to the tenant'), wayText(t, found), found.mode.from],
    [t('API'), found.api_url.value, found.api_url.from],
    [t('Token'), token.value ?? none, token.from],
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

function tenantText({ tenant }: ProjectDescription): string | undefined {
  if (tenant.value === null) return undefined;
  return tenant.name === undefined ? tenant.value : `${tenant.name} (${tenant.value})`;
}

function wayText(t: Translate, { mode, origin, api_url: api }: ProjectDescription): string {
  if (mode.value === 'none') return t('none');
  return mode.value === 'direct' ? t('direct: {0}', origin ?? '') : t('relayed by {0}', api.value);
}

/** Paths and names may hold anything; a bar or a line end would break the table. */
function tableCell(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/\|/g, '\\|');
}
