import { isAbsolute, relative, resolve, sep } from 'node:path';
import { expectation, sourceKeys, sourceSchema, type RawSource } from './contentConfigSchema';
import { isMapping, unknownKey, valueAt, wrongType, type Finding, type Mapping } from './configFinding';
import type { YamlPath } from '../../yaml/locateYaml';
import { didYouMean } from '../../nearestName';

/** A content source of the config, ready to be scanned (data.md 2.2). */
export interface ContentSource {
  readonly name: string;
  readonly sourceId: string;
  /** Absolute. */
  readonly directory: string;
  /** The directory relative to the project's root, with `/`. */
  readonly path: string;
  readonly categoryId: string;
  readonly enabled: boolean;
  /** undefined means every kind; the empty list, written out, means none. */
  readonly allowedKinds: readonly string[] | undefined;
  /** Fills a blank author; undefined when the config names none. */
  readonly defaultAuthor: string | undefined;
}

/** A source whose settings cannot be used. It is kept, so that its rows are protected and not taken for orphans. */
export interface UnusableSource {
  readonly name: string;
  /** undefined when not even the id can be read. */
  readonly sourceId: string | undefined;
  /** False only when it is plainly switched off. */
  readonly enabled: boolean;
}

export interface ContentConfigPlace {
  /** Of the config file, relative to the project's root, with `/`. */
  readonly path: string;
  /** Absolute; relative source paths start here. */
  readonly servicesDir: string;
  /** Absolute. */
  readonly projectRoot: string;
}

export interface SourceReading {
  readonly place: ContentConfigPlace;
  readonly categories: readonly string[];
  readonly defaultAuthor: string | undefined;
  readonly found: Finding[];
}

/** One entry of `content_sources`; undefined, with errors among the findings, when its settings cannot be used. */
export function readSource(name: string, raw: unknown, reading: SourceReading): ContentSource | undefined {
  const at = ['content_sources', name];
  const parsed = sourceSchema.safeParse(raw);
  const before = reading.found.length;
  if (isMapping(raw)) checkKeys(raw, at, reading.found);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const steps = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
      reading.found.push(wrongType([...at, ...steps], valueAt(raw, steps), expectation(issue)));
    }
    return undefined;
  }
  const directory = readDirectory(parsed.data, at, reading);
  checkValues(parsed.data, at, reading);
  const failed = reading.found.slice(before).some(({ severity }) => severity === 'error');
  if (failed || directory === undefined) return undefined;
  return {
    name,
    sourceId: parsed.data.source_id,
    directory,
    path: projectPath(reading.place.projectRoot, directory),
    categoryId: parsed.data.category_id,
    enabled: parsed.data.enabled,
    allowedKinds: parsed.data.allowed_content_types ?? undefined,
    defaultAuthor: reading.defaultAuthor,
  };
}

/** The absolute directory, or undefined with an error: what lies outside the project is never read or written. */
function readDirectory(raw: RawSource, at: YamlPath, { place, found }: SourceReading): string | undefined {
  const reject = (reason: string) => {
    found.push({
      severity: 'error',
      rule: 'configPath',
      at: [...at, 'path'],
      message: `path "${raw.path}" ${reason}`,
    });
    return undefined;
  };
  if (raw.path.trim() === '') return reject('is blank; the directory of the source is expected.');
  if (raw.path.includes('\0')) return reject('holds a NUL character.');
  const directory = resolve(place.servicesDir, raw.path);
  const inside = relative(place.projectRoot, directory);
  const leaves = inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside);
  if (leaves) return reject('leaves the project; a directory inside it is expected.');
  return inside === '' ? reject('is the project itself; a directory inside it is expected.') : directory;
}

function checkValues(raw: RawSource, at: YamlPath, { categories, found }: SourceReading): void {
  for (const key of ['source_id', 'category_id'] as const) {
    if (raw[key].trim() === '')
      found.push({ severity: 'error', rule: 'configValue', at: [...at, key], message: `${key} is blank.` });
  }
  if (raw.category_id !== '' && !categories.includes(raw.category_id)) {
    const message = `category_id "${raw.category_id}" is not listed under categories.${didYouMean(raw.category_id, categories)}`;
    found.push({ severity: 'warning', rule: 'configValue', at: [...at, 'category_id'], message });
  }
  if (raw.allowed_content_types?.length === 0) {
    const message =
      'allowed_content_types is empty: no file of this source takes part. Remove the key to allow every kind.';
    found.push({
      severity: 'warning',
      rule: 'configNoKindAllowed',
      at: [...at, 'allowed_content_types'],
      message,
    });
  }
}

function checkKeys(raw: Mapping, at: YamlPath, found: Finding[]): void {
  for (const { at: inner, keys } of sourceKeys) {
    const mapping = valueAt(raw, inner);
    if (!isMapping(mapping)) continue;
    for (const key of Object.keys(mapping))
      if (!keys.includes(key)) found.push(unknownKey(key, [...at, ...inner], keys));
  }
}

export function describeUnusable(name: string, raw: unknown): UnusableSource {
  const sourceId =
    isMapping(raw) && typeof raw['source_id'] === 'string' && raw['source_id'] !== ''
      ? raw['source_id']
      : undefined;
  return { name, sourceId, enabled: !(isMapping(raw) && raw['enabled'] === false) };
}

/** A path relative to the project's root, with `/`. */
export function projectPath(projectRoot: string, path: string): string {
  return relative(projectRoot, path).split(sep).join('/');
}
