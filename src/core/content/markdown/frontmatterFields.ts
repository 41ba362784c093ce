import type { ContentFields, ContentLink } from '../../models/content';
import type { ContentSource } from '../config/contentSource';
import { describeValue, isMapping, quoteHint, type Finding, type Mapping } from '../config/configFinding';
import type { ContentRule } from '../contentProblem';
import { dateFault, isLocale, slugFault, textFault } from './contentRules';
import { nearestName } from '../../nearestName';
import { trimWhiteSpace } from './trimWhiteSpace';
import type { YamlPath } from '../../yaml/locateYaml';

/** Every frontmatter key that is read (data.md 1.4); others are the user's own and are kept. */
export const frontmatterKeys = [
  'title',
  'description',
  'author',
  'slug',
  'keywords',
  'image',
  'kind',
  'category',
  'public',
  'published_at',
  'locale',
  'links',
  'tags',
] as const;

export interface FrontmatterReading {
  readonly slug: string;
  readonly locale: string;
  readonly fields: Omit<ContentFields, 'body'>;
  /** The file is invalid when one of them is an error. */
  readonly findings: readonly Finding[];
  /** Set when the source does not take this kind of content. */
  readonly excluded: Finding | undefined;
}

/**
 * The fields of a frontmatter by the rules of data.md 1.4, in the reference's order. All findings are given, not only
 * the first; fields that have one hold a stand-in.
 */
export function readFrontmatterFields(raw: Mapping, source: ContentSource): FrontmatterReading {
  const findings: Finding[] = [];
  const report = (
    rule: ContentRule,
    at: YamlPath,
    message: string,
    severity: Finding['severity'] = 'error',
  ) => {
    findings.push({ severity, rule, at, message });
  };
  const textOr = (key: string, absent: string) =>
    Object.hasOwn(raw, key) ? usableText(raw[key], [key], key, report) : absent;
  const textOrNull = (key: string) =>
    raw[key] === null || !Object.hasOwn(raw, key) ? null : textOr(key, '');
  const required = (key: string) =>
    Object.hasOwn(raw, key) ? textOr(key, '') : reportMissing(key, raw, report);

  const title = required('title');
  const slug = required('slug');
  const author = textOr('author', '');
  const published_at = required('published_at');
  const kind = required('kind');
  const description = textOr('description', '');
  const keywords = textOr('keywords', '');
  const locale = textOr('locale', 'en');
  const image = textOrNull('image');
  const category = textOrNull('category');

  if (title !== undefined && isBlank(title)) report('blankText', ['title'], 'title is blank.');
  const slugReason = slug === undefined ? undefined : slugFault(slug);
  if (slugReason) report('slugRule', ['slug'], `The slug "${slug}" ${slugReason}.`);
  const effectiveAuthor = isBlank(author ?? '') ? (source.defaultAuthor ?? '') : author;
  if (author !== undefined && isBlank(effectiveAuthor ?? '')) {
    const at = Object.hasOwn(raw, 'author') ? ['author'] : [];
    report('blankText', at, 'author is blank, and the content config names no default_author.');
  }
  if (published_at !== undefined) checkDate(published_at, report);
  if (locale !== undefined && !isLocale(locale)) {
    report('localeRule', ['locale'], `The locale "${locale}" is no locale code like en or pt-BR.`);
  }
  const isPublic = readPublic(raw['public'], report);
  const links = readLinks(raw['links'], report);
  checkTags(raw['tags'], report);

  return {
    slug: slug ?? '',
    locale: locale ?? '',
    fields: {
      title: title ?? '',
      description: description ?? '',
      author: effectiveAuthor ?? '',
      published_at: published_at ?? '',
      keywords: keywords ?? '',
      kind: kind ?? '',
      image: image ?? null,
      category_id: category ?? source.categoryId,
      public: isPublic,
      links,
    },
    findings,
    excluded: kind === undefined ? undefined : kindFinding(kind, source),
  };
}

type Report = (rule: ContentRule, at: YamlPath, message: string, severity?: Finding['severity']) => void;

function reportMissing(key: string, raw: Mapping, report: Report): undefined {
  const similar = nearestName(key, Object.keys(raw));
  const meant = similar === undefined ? '' : ` Is "${similar}" meant to be it?`;
  report('requiredMissing', similar === undefined ? [] : [similar], `${key} is missing.${meant}`);
}

/** The value as text; undefined, after a report, when it is none that the database can hold. */
function usableText(value: unknown, at: YamlPath, name: string, report: Report): string | undefined {
  if (typeof value !== 'string') {
    const rule = value === null ? 'nullText' : 'notText';
    const way = value === null ? ' Write "" for an empty text.' : quoteHint(value);
    report(rule, at, `${name} is ${describeValue(value)}; a text is expected.${way}`);
    return undefined;
  }
  const fault = textFault(value);
  if (fault === undefined) return value;
  const what = fault === 'nul' ? 'a NUL character' : 'half of a surrogate pair';
  report(fault, at, `${name} holds ${what}, which the database cannot store.`);
  return undefined;
}

function checkDate(date: string, report: Report): void {
  const fault = dateFault(date);
  if (isBlank(date)) report('blankText', ['published_at'], 'published_at is blank.');
  else if (fault === 'format') {
    report('dateFormat', ['published_at'], `published_at "${date}" is no date of the form YYYY-MM-DD.`);
  } else if (fault === 'calendar') {
    report(
      'dateCalendar',
      ['published_at'],
      `published_at "${date}" is a day that the calendar does not have.`,
    );
  }
}

function readPublic(value: unknown, report: Report): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === 'boolean') return value;
  report(
    'notBoolean',
    ['public'],
    `public is ${describeValue(value)}; true or false is expected, without quotes.`,
  );
  return true;
}

function readLinks(value: unknown, report: Report): ContentLink[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    report('linkShape', ['links'], `links is ${describeValue(value)}; a list of {title, url} is expected.`);
    return [];
  }
  return value.map((entry: unknown, index) => readLink(entry, index, report));
}

function readLink(entry: unknown, index: number, report: Report): ContentLink {
  const at = ['links', index];
  const name = `links[${index}]`;
  if (!isMapping(entry)) {
    report('linkShape', at, `${name} is ${describeValue(entry)}; a mapping with title and url is expected.`);
    return { title: '', url: '' };
  }
  for (const key of Object.keys(entry)) {
    if (key === 'title' || key === 'url') continue;
    report('linkShape', [...at, key], `${name} has the key "${key}"; a link holds only title and url.`);
  }
  const part = (key: 'title' | 'url'): string => {
    if (Object.hasOwn(entry, key))
      return usableText(entry[key], [...at, key], `${name}.${key}`, report) ?? '';
    report('linkShape', at, `${name} has no ${key}.`);
    return '';
  };
  return { title: part('title'), url: part('url') };
}

/** Tags are in no table (data.md 1.4): a wrong one is worth a word and stops nothing. */
function checkTags(value: unknown, report: Report): void {
  if (value === undefined || value === null) return;
  const wrong = Array.isArray(value) ? value.findIndex((tag) => typeof tag !== 'string') : 0;
  if (Array.isArray(value) && wrong === -1) return;
  const at = Array.isArray(value) ? ['tags', wrong] : ['tags'];
  report('tagShape', at, `tags should be a list of texts; tags are not stored in the database.`, 'warning');
}

function kindFinding(kind: string, { allowedKinds, name }: ContentSource): Finding | undefined {
  if (allowedKinds === undefined || allowedKinds.includes(kind)) return undefined;
  const nearest = nearestName(kind, allowedKinds);
  const allowed = allowedKinds.length === 0 ? 'no kind' : allowedKinds.join(', ');
  const meant = nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
  const message = `The kind "${kind}" does not take part: the source ${name} allows ${allowed}.${meant}`;
  return { severity: 'warning', rule: 'kindNotAllowed', at: ['kind'], message };
}

function isBlank(text: string): boolean {
  return trimWhiteSpace(text) === '';
}
