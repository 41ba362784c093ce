import type { ContentProblem } from '../../models/content';
import { isMapping, valueAt, wrongType, type Mapping } from '../config/configFinding';
import { topLevelKeys } from '../config/contentConfigSchema';
import { nearestName } from '../../nearestName';
import { plainScalar } from '../../yaml/plainScalar';
import { isPlainText } from '../markdown/quickFrontmatter';
import { doubleQuoted } from '../markdown/writeScalar';
import { configKeyAt, type ConfigKey } from './configKeys';
import type { FixChange } from './contentFix';
import { booleanWord } from './frontmatterChange';

/** A change of the config, with the value that the text shall say and the YAML that says it. */
export interface ConfigChange {
  readonly shown: Exclude<FixChange, { kind: 'addFrontmatter' }>;
  readonly value: unknown;
  readonly written: string;
}

/**
 * The one right answer to a problem of the content config; undefined where there is none, or more than one.
 *
 * @param path of the entry that stands where the problem is
 * @param root the whole config
 * @param original the entry's value as it is written in the text
 */
export function configChange(
  problem: ContentProblem,
  path: readonly string[],
  root: Mapping,
  original: string | undefined,
): ConfigChange | undefined {
  switch (problem.rule) {
    case 'configUnknownKey':
      return nearestKey(path, root);
    case 'configRequired':
      return requiredKey(problem, path, root);
    case 'configType':
      return rightType(path, valueAt(root, path), original);
    case 'configValue':
      return nearestCategory(path, root);
    default:
      return undefined;
  }
}

function nearestKey(path: readonly string[], root: Mapping): ConfigChange | undefined {
  const from = path.at(-1) ?? '';
  const holder = path.slice(0, -1);
  const known = holder.length === 0 ? topLevelKeys : Object.keys(configKeyAt(holder)?.keys ?? {});
  const to = nearestName(from, known);
  const siblings = valueAt(root, holder);
  if (to === undefined || !isMapping(siblings) || Object.hasOwn(siblings, to)) return undefined;
  return { shown: { kind: 'renameKey', from, to }, value: siblings[from], written: '' };
}

function requiredKey(
  problem: ContentProblem,
  path: readonly string[],
  root: Mapping,
): ConfigChange | undefined {
  // The problem stands at the key that holds the missing one, or at the key itself where it is empty.
  const means = (at: readonly string[]) => {
    const wanted = configKeyAt(at);
    return wanted !== undefined && wrongType(at, undefined, inWords[wanted.type]).message === problem.message;
  };
  const name = path.at(-1) ?? '';
  if (means(path)) return changeTo('setValue', name, defaultOf(path, root));
  const present = valueAt(root, path);
  const missing = Object.keys(configKeyAt(path)?.keys ?? {}).find((key) => means([...path, key]));
  if (missing === undefined) return undefined;
  // A misspelt key has its own problem, and renaming it is the answer to both.
  const misspelt = Object.keys(isMapping(present) ? present : {}).some(
    (key) => configKeyAt(path)?.keys?.[key] === undefined && nearestName(key, [missing]) !== undefined,
  );
  return misspelt ? undefined : changeTo('addKey', missing, defaultOf([...path, missing], root));
}

/** As `expectation` of the config's schema words it. */
const inWords: Readonly<Record<ConfigKey['type'], string>> = {
  text: 'a text',
  boolean: 'true or false',
  number: 'a number',
  texts: 'a list',
  mapping: 'a mapping',
};

function defaultOf(path: readonly string[], root: Mapping): string | number | boolean | undefined {
  const source = path[1] ?? '';
  const categories = Object.keys(isMapping(root['categories']) ? root['categories'] : {});
  const key = path.at(-1) ?? '';
  switch (key) {
    case 'path':
      return `content/${source}`;
    case 'source_id':
      return source;
    case 'category_id':
      return categories.includes(source) || categories.length === 0 ? source : onlyOne(categories);
    case 'enabled':
      return true;
    case 'url_pattern':
      return `/${source}/{slug}`;
    case 'url':
      return `/${source}`;
    case 'priority':
      return 0.5;
    case 'changefreq':
      return 'weekly';
    default:
      return undefined;
  }
}

function rightType(
  path: readonly string[],
  value: unknown,
  original: string | undefined,
): ConfigChange | undefined {
  const key = path.at(-1) ?? '';
  const type = configKeyAt(path)?.type;
  if (type === 'text' && (typeof value === 'number' || typeof value === 'boolean')) {
    // As it is written: `1.0`, where the value is only 1.
    const text = original ?? '';
    if (plainScalar(text) !== value) return undefined;
    return { shown: { kind: 'quoteValue', key, value: text }, value: text, written: doubleQuoted(text) };
  }
  if (type === 'boolean') {
    const word = booleanWord(value);
    return word && changeTo('setValue', key, word === 'true');
  }
  if (typeof value !== 'string') return undefined;
  if (type === 'number') {
    const number = plainScalar(value.trim());
    return typeof number === 'number' ? changeTo('setValue', key, number) : undefined;
  }
  if (type !== 'texts' || value.trim() === '') return undefined;
  const texts = value.split(',').map((text) => text.trim());
  const written = `[${texts.map((text) => flowText(text)).join(', ')}]`;
  return { shown: { kind: 'setValue', key, value: written }, value: texts, written };
}

function nearestCategory(path: readonly string[], root: Mapping): ConfigChange | undefined {
  const value = valueAt(root, path);
  if (path.at(-1) !== 'category_id' || typeof value !== 'string') return undefined;
  const categories = Object.keys(isMapping(root['categories']) ? root['categories'] : {});
  return changeTo('setValue', 'category_id', nearestName(value, categories) ?? onlyOne(categories));
}

function changeTo(
  kind: 'setValue' | 'addKey',
  key: string,
  value: string | number | boolean | undefined,
): ConfigChange | undefined {
  if (value === undefined) return undefined;
  const written = typeof value === 'string' ? plainOrQuoted(value) : String(value);
  return { shown: { kind, key, value: String(value) }, value, written };
}

function plainOrQuoted(text: string): string {
  return isPlainText(text) && !/[,[\]{}]/.test(text) ? text : doubleQuoted(text);
}

function flowText(text: string): string {
  return /^[A-Za-z][\w-]*$/.test(text) && isPlainText(text) ? text : doubleQuoted(text);
}

function onlyOne(names: readonly string[]): string | undefined {
  return names.length === 1 ? names[0] : undefined;
}
