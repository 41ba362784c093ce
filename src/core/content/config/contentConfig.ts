import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContentProblem } from '../../models/content';
import { ioError } from '../../state/ioReason';
import { errnoOf, SyncError } from '../../syncError';
import {
  findingProblems,
  isMapping,
  unknownKey,
  wrongType,
  type Finding,
  type Mapping,
} from './configFinding';
import { topLevelKeys } from './contentConfigSchema';
import {
  describeUnusable,
  projectPath,
  readSource,
  type ContentConfigPlace,
  type ContentSource,
  type UnusableSource,
} from './contentSource';
import type { YamlPath } from '../../yaml/locateYaml';
import { nearestName } from '../../nearestName';
import { exceedsNodes, readYaml } from '../../yaml/readYaml';

export interface ContentConfig {
  /** Of the config file, relative to the project's root, with `/`. */
  readonly path: string;
  readonly sources: readonly ContentSource[];
  readonly unusable: readonly UnusableSource[];
  readonly categories: readonly string[];
  readonly defaultAuthor: string | undefined;
  readonly problems: readonly ContentProblem[];
}

/** Sources that share a `source_id` are diffed as one (data.md C-24). */
export interface SourceGroup {
  readonly sourceId: string;
  /** Of the first member. */
  readonly name: string;
  readonly members: readonly ContentSource[];
  /** Names of members whose settings cannot be used: nothing may be judged missing in such a group. */
  readonly unusable: readonly string[];
}

const maxConfigBytes = 1024 * 1024;
const maxConfigNodes = 100_000;

/**
 * Reads `<services>/content/config.yaml`.
 *
 * @param servicesDir absolute
 * @param projectRoot absolute; sources must lie inside it
 * @throws SyncError `missingConfig` when there is no such file, `io` when it cannot be read, and what `parseContentConfig` throws
 */
export async function readContentConfig(servicesDir: string, projectRoot: string): Promise<ContentConfig> {
  const file = join(servicesDir, 'content', 'config.yaml');
  const path = projectPath(projectRoot, file);
  const bytes = await readConfigBytes(file, path);
  if (bytes.length > maxConfigBytes) {
    throw new SyncError('invalidInput', `${path} is larger than 1 MB, which no content config is.`, {
      details: { path },
    });
  }
  if (!isUtf8(bytes)) {
    throw new SyncError('invalidInput', `${path} is not UTF-8 text.`, {
      hint: 'Save the file with the encoding UTF-8.',
      details: { path },
    });
  }
  return parseContentConfig(bytes.toString('utf8'), { path, servicesDir, projectRoot });
}

async function readConfigBytes(file: string, path: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') {
      throw new SyncError('missingConfig', `There is no content config at ${path}.`, {
        hint: 'Create it with a content_sources mapping, or point the services directory elsewhere.',
        details: { path },
        cause: error,
      });
    }
    throw ioError(`Could not read the content config ${path}`, error);
  }
}

/**
 * The content config of a text. Settings with a wrong type make their source unusable and are listed in `problems`
 * with line and column; so are unknown keys, as warnings with the nearest name.
 *
 * @throws SyncError `invalidInput` with line and column when the text is no single YAML mapping
 */
export function parseContentConfig(source: string, place: ContentConfigPlace): ContentConfig {
  const text = source.startsWith('\ufeff') ? source.slice(1) : source;
  const root = readRoot(text, place.path);
  const found: Finding[] = [];
  const metadata = mappingAt(root, 'metadata', found);
  const defaultAuthor = textAt(metadata, 'default_author', ['metadata'], found);
  const categories = Object.keys(mappingAt(root, 'categories', found));
  checkTopLevel(root, metadata, found);

  const sources: ContentSource[] = [];
  const unusable: UnusableSource[] = [];
  for (const [name, raw] of Object.entries(mappingAt(root, 'content_sources', found))) {
    const source = readSource(name, raw, { place, categories, defaultAuthor, found });
    if (source) sources.push(source);
    else unusable.push(describeUnusable(name, raw));
  }
  return {
    path: place.path,
    sources,
    unusable,
    categories,
    defaultAuthor,
    problems: findingProblems(found, text, place.path),
  };
}

/**
 * The sources that take part in sync (data.md 2.4: enabled, and not for skills), grouped by `source_id`, sorted by name.
 * A group may consist of unusable sources alone.
 */
export function groupSources(config: ContentConfig): SourceGroup[] {
  const selected = config.sources.filter(
    ({ enabled, allowedKinds }) => enabled && !allowedKinds?.includes('skill'),
  );
  const broken = config.unusable.filter(({ enabled, sourceId }) => enabled && sourceId !== undefined);
  const sourceIds = new Set([...selected, ...broken].map(({ sourceId }) => sourceId));
  const groups: SourceGroup[] = [];
  for (const sourceId of sourceIds) {
    const members = selected.filter((source) => source.sourceId === sourceId).sort(byName);
    const unusable = broken.filter((source) => source.sourceId === sourceId).map(({ name }) => name);
    groups.push({ sourceId: sourceId ?? '', name: members[0]?.name ?? unusable[0] ?? '', members, unusable });
  }
  return groups.sort(byName);
}

function readRoot(text: string, path: string): Mapping {
  const read = readYaml(text);
  if ('fault' in read) {
    const { reason, position } = read.fault;
    const where = position ? `, line ${position.line}, column ${position.column}` : '';
    throw new SyncError('invalidInput', `${path}${where}: the YAML cannot be used, ${reason}.`, {
      hint: 'Correct the file; nothing was changed.',
      details: { path, line: position?.line ?? null, column: position?.column ?? null },
    });
  }
  const value = read.value ?? {};
  if (exceedsNodes(value, maxConfigNodes)) {
    throw new SyncError(
      'invalidInput',
      `${path} unfolds to more than ${maxConfigNodes} values through its aliases.`,
      {
        hint: 'Write the values out instead of using anchors and aliases.',
        details: { path },
      },
    );
  }
  if (isMapping(value)) return value;
  throw new SyncError('invalidInput', `${path}, line 1: a mapping with content_sources is expected.`, {
    hint: 'Start the file with "content_sources:".',
    details: { path, line: 1, column: 1 },
  });
}

function checkTopLevel(root: Mapping, metadata: Mapping, found: Finding[]): void {
  for (const key of Object.keys(root)) {
    if (topLevelKeys.includes(key)) continue;
    const legacy = key === 'content' && isMapping(root[key]) && 'content_sources' in root[key];
    if (legacy) {
      const message = 'The wrapper "content:" is not read: move content_sources to the top level.';
      found.push({ severity: 'warning', rule: 'configLegacyWrapper', at: [key], message });
    } else found.push(unknownKey(key, [], topLevelKeys));
  }
  // Projects keep much of their own under metadata; only what looks like a slip of the pen is worth a word.
  for (const key of Object.keys(metadata)) {
    const slip = key !== 'default_author' && nearestName(key, ['default_author']) !== undefined;
    if (slip) found.push(unknownKey(key, ['metadata'], ['default_author']));
  }
}

function mappingAt(root: Mapping, key: string, found: Finding[]): Mapping {
  const value = root[key] ?? {};
  if (isMapping(value)) return value;
  found.push(wrongType([key], value, 'a mapping'));
  return {};
}

function textAt(mapping: Mapping, key: string, at: YamlPath, found: Finding[]): string | undefined {
  const value = mapping[key];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  found.push(wrongType([...at, key], value, 'a text'));
  return undefined;
}

function byName(left: { readonly name: string }, right: { readonly name: string }): number {
  return left.name < right.name ? -1 : left.name > right.name ? 1 : 0;
}
