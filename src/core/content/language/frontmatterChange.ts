import type { Finding, Mapping } from '../config/configFinding';
import type { ContentRule } from '../contentProblem';
import { isLocale, slugFault } from '../markdown/contentRules';
import { frontmatterKeys } from '../markdown/frontmatterFields';
import { nearestName } from '../../nearestName';
import { plainScalar } from '../../yaml/plainScalar';
import type { FixChange } from './contentFix';
import { defaultOf, requiredKeys, type DefaultsContext } from './frontmatterDefaults';
import { readDate } from './readDate';
import { slugLike } from './suggestSlug';

interface ChangeContext extends DefaultsContext {
  /** The value of a key as it is written in the text. */
  readonly written: (key: string) => string | undefined;
}

type Answer = (found: Finding, raw: Mapping, context: ChangeContext) => FixChange | undefined;

/** The one right answer to a finding in a frontmatter; undefined where there is none, or more than one. */
export function frontmatterChange(
  found: Finding,
  raw: Mapping,
  context: ChangeContext,
): FixChange | undefined {
  return answers[found.rule]?.(found, raw, context);
}

const answers: Partial<Record<ContentRule, Answer>> = {
  requiredMissing: ({ at, message }, raw, context) => {
    // The finding stands at the key that looks like it, so only its words say which one is missing.
    const key = requiredKeys.find(
      (name) => !Object.hasOwn(raw, name) && message.startsWith(`${name} is missing.`),
    );
    if (key === undefined) return undefined;
    const [similar] = at;
    const isMisspelt = typeof similar === 'string' && !frontmatterKeys.some((known) => known === similar);
    if (isMisspelt) return { kind: 'renameKey', from: similar, to: key };
    return withValue('addKey', key, defaultOf(key, context));
  },
  blankText: ({ at: [key] }, _raw, context) => setTo(key, emptyIsNone(defaultOf(String(key), context))),
  nullText: ({ at }, _raw, context) =>
    at.length === 1 ? setTo(at[0], defaultOf(String(at[0]), context)) : undefined,
  notText: ({ at: [key, ...inner] }, raw, { written }) => {
    if (typeof key !== 'string' || inner.length > 0) return undefined;
    const value = raw[key];
    if (key === 'keywords' && Array.isArray(value)) return setTo(key, joinedWords(value));
    if (typeof value !== 'number' && typeof value !== 'boolean') return undefined;
    const text = written(key);
    if (text === undefined || plainScalar(text) !== value) return undefined;
    return isUsable(key, text) ? { kind: 'quoteValue', key, value: text } : undefined;
  },
  dateFormat: ({ at: [key] }, raw) => setTo(key, readDate(textAt(raw, key))),
  slugRule: ({ at: [key] }, raw) => setTo(key, slugLike(textAt(raw, key))),
  localeRule: ({ at: [key] }, raw) => setTo(key, localeLike(textAt(raw, key))),
  notBoolean: ({ at: [key] }, raw) => setTo(key, booleanWord(raw[String(key)])),
  kindNotAllowed: ({ at: [key] }, raw, { source: { allowedKinds = [] } }) => {
    const only = allowedKinds.length === 1 ? allowedKinds[0] : undefined;
    return setTo(key, nearestName(textAt(raw, key), allowedKinds) ?? only);
  },
};

function setTo(key: string | number | undefined, value: string | undefined): FixChange | undefined {
  return withValue('setValue', key, value);
}

function withValue(
  kind: 'setValue' | 'addKey',
  key: string | number | undefined,
  value: string | undefined,
): FixChange | undefined {
  return typeof key === 'string' && value !== undefined ? { kind, key, value } : undefined;
}

function textAt(raw: Mapping, key: string | number | undefined): string {
  const value = raw[String(key)];
  return typeof value === 'string' ? value : '';
}

/** A blank default would be the same problem again. */
function emptyIsNone(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

/** A number in quotes is a title; it is a date or a locale no more than before. */
function isUsable(key: string, text: string): boolean {
  if (key === 'slug') return slugFault(text) === undefined;
  if (key === 'locale') return isLocale(text);
  return key !== 'published_at';
}

/** The database holds keywords as one text (data.md 1.2). */
function joinedWords(words: readonly unknown[]): string | undefined {
  const texts = words.flatMap((word) =>
    typeof word === 'string' || typeof word === 'number' || typeof word === 'boolean' ? [String(word)] : [],
  );
  return texts.length === words.length ? texts.join(', ') : undefined;
}

/** `en_US`, `EN-us`, ` en`: the language in lower case, parts joined by a hyphen. */
function localeLike(text: string): string | undefined {
  const [language = '', ...parts] = text.trim().split(/[-_]/);
  const locale = [language.toLowerCase(), ...parts].join('-');
  return isLocale(locale) ? locale : undefined;
}

const booleanWords: ReadonlyMap<string, 'true' | 'false'> = new Map([
  ...['true', 'yes', 'on', 'y', '1'].map((word) => [word, 'true'] as const),
  ...['false', 'no', 'off', 'n', '0'].map((word) => [word, 'false'] as const),
]);

export function booleanWord(value: unknown): 'true' | 'false' | undefined {
  const isScalar = typeof value === 'string' || typeof value === 'number';
  return isScalar ? booleanWords.get(String(value).trim().toLowerCase()) : undefined;
}
