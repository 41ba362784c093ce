import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { breather } from '../disk/breathe';
import { readStamp, regularFileReader } from '../disk/readRegularFile';
import type { DiskItem } from '../models/content';
import type { ContentDiff, ContentDifference, EqualItem } from '../models/contentDiff';
import type { RunContext } from '../ports';
import { errnoOf } from '../syncError';
import { groupSources, type ContentConfig, type SourceGroup } from './config/contentConfig';
import type { ContentSource } from './config/contentSource';
import { isEqualItem } from './compareContent';
import { maxFileBytes, parseFile } from './markdown/parseMarkdown';
import { findBySlug } from './slugOrder';

/** A file that was saved again and is still the one file of its item. */
export interface SavedItem {
  readonly group: SourceGroup;
  readonly before: ContentDifference | EqualItem;
  readonly item: DiskItem;
}

export interface SavedItemsInput {
  readonly config: ContentConfig;
  /** Absolute. */
  readonly projectRoot: string;
  readonly context: RunContext;
}

/**
 * The items of files that were saved since a comparison.
 *
 * @param paths relative to the project's root, with `/`
 * @returns undefined when what has changed reaches beyond these items: a file that came or went, has another key now, cannot
 *   take part, has a warning, or lies in the directories of several sources, and all that is no file
 * @throws SyncError `cancelled`
 */
export async function readSavedItems(
  previous: ContentDiff,
  paths: readonly string[],
  { config, projectRoot, context }: SavedItemsInput,
): Promise<SavedItem[] | undefined> {
  const wanted = new Set(paths);
  if (previous.warnings.some(({ path }) => path !== null && wanted.has(path))) return undefined;
  const owners = groupSources(config).flatMap((group) => group.members.map((member) => ({ group, member })));
  const readFile = regularFileReader(maxFileBytes);
  const breathe = breather(context.signal);
  const saved: SavedItem[] = [];
  for (const path of wanted) {
    const pause = breathe();
    if (pause) await pause;
    const [owner, ...others] = owners.filter(({ member }) => path.startsWith(`${member.path}/`));
    if (owner === undefined || others.length > 0) return undefined;
    const absolute = join(projectRoot, path);
    if (!readStamp(absolute) || !isReachedWithoutLinks(path, owner.member)) return undefined;
    const read = readFile(absolute);
    const parsed = 'bytes' in read ? parseFile(read.bytes, path, owner.member) : undefined;
    if (parsed === undefined || 'problems' in parsed) return undefined;
    const { item, excluded, warnings } = parsed;
    const before = itemBefore(previous, item);
    if (excluded || warnings.length > 0 || before === undefined) return undefined;
    saved.push({ group: owner.group, before, item });
  }
  return saved;
}

/** What the item was, where it is still in the same file. It is found by its key: items are in the order of their slugs. */
function itemBefore({ sources }: ContentDiff, item: DiskItem): ContentDifference | EqualItem | undefined {
  const source = sources.find(({ sourceId }) => sourceId === item.sourceId);
  const before = source && (findBySlug(source.equal, item) ?? findBySlug(source.differences, item));
  const path = before && (isEqualItem(before) ? before.path : before.file?.path);
  return path === item.path ? before : undefined;
}

/** A scan follows no link below the directory of a source. */
function isReachedWithoutLinks(path: string, { directory, path: root }: ContentSource): boolean {
  try {
    const below = dirname(path.slice(root.length + 1));
    return realpathSync(join(directory, below)) === join(realpathSync(directory), below);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}
