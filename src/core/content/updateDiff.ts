import type { Database } from '../database/connection';
import { contentKeyText, type ContentKey, type RowItem } from '../models/content';
import type { ContentDiff, ContentDifference, EqualItem, SourceDiff } from '../models/contentDiff';
import { compareItem, isEqualItem } from './compareContent';
import { withHoldability } from './compareSource';
import type { ContentConfig } from './config/contentConfig';
import { isInSync } from './contentDiffCalculator';
import { findForeignHolders, readRowsByKey } from './contentRepository';
import type { SavedItem } from './readSavedItems';
import { scannedFile } from './scan/scannedFile';
import { placeBySlug } from './slugOrder';

/**
 * Compares the items of saved files anew, each with its row, and takes everything else over.
 *
 * @returns undefined when the database has changed in a way that reaches beyond these items
 * @throws SyncError `database`
 */
export async function updateDiff(
  previous: ContentDiff,
  saved: readonly SavedItem[],
  { config, db }: { readonly config: ContentConfig; readonly db: Database },
): Promise<ContentDiff | undefined> {
  const items = saved.map(({ item }) => item);
  const rows = new Map((await readRowsByKey(db, items)).map((row) => [contentKeyText(row), row]));
  const rowsCameOrWent = saved.some(({ before }) => hasRow(before) !== rows.has(contentKeyText(before)));
  if (rowsCameOrWent || saved.some(({ before }) => isSlugTaken(before))) return undefined;
  const withoutRow = items.filter((item) => !rows.has(contentKeyText(item)));
  if ((await findForeignHolders(db, withoutRow)).length > 0) return undefined;

  const compared = saved.map((each) => ({
    before: each.before,
    after: compareSaved(each, rows.get(contentKeyText(each.item)), previous.hasBase),
  }));
  const sources = previous.sources.map((source) =>
    replaceItems(
      source,
      compared.filter(({ after }) => after.sourceId === source.sourceId),
    ),
  );
  return { ...previous, inSync: isInSync(config, sources), sources };
}

interface Replacement {
  readonly before: ContentDifference | EqualItem;
  /** Of the same key. */
  readonly after: ContentDifference | EqualItem;
}

function hasRow(item: ContentDifference | EqualItem): boolean {
  return isEqualItem(item) || item.row !== undefined;
}

/** Such a conflict depends on what other sources hold. */
function isSlugTaken(item: ContentDifference | EqualItem): boolean {
  return (
    !isEqualItem(item) && (item.conflict === 'heldByAnotherSource' || item.conflict === 'claimedByTwoSources')
  );
}

function compareSaved(
  { group, before, item }: SavedItem,
  row: RowItem | undefined,
  hasBase: boolean,
): ContentDifference | EqualItem {
  return compareItem(
    before,
    scannedFile(item),
    row && withHoldability(row, group),
    before.agreed,
    hasBase,
    item.fields,
  );
}

/** The lists are copied, found and replaced in, and not gone through: there may be fifty thousand items. */
function replaceItems(source: SourceDiff, replacements: readonly Replacement[]): SourceDiff {
  if (replacements.length === 0) return source;
  const differences = [...source.differences];
  const equal = [...source.equal];
  for (const { before, after } of replacements) {
    const list: ContentKey[] = isEqualItem(before) ? equal : differences;
    list.splice(placeBySlug(list, before), 1);
    if (isEqualItem(after)) equal.splice(placeBySlug(equal, after), 0, after);
    else differences.splice(placeBySlug(differences, after), 0, after);
  }
  return { ...source, differences, equal };
}
