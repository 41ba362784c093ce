import type { Database } from '../database/connection';
import { contentKeyText, type RowItem } from '../models/content';
import type { ContentDiff, ContentDifference, EqualItem, SourceDiff } from '../models/contentDiff';
import { bySlug, compareItem, isEqualItem } from './compareContent';
import { withHoldability } from './compareSource';
import type { ContentConfig } from './config/contentConfig';
import { isInSync } from './contentDiffCalculator';
import { findForeignHolders, readRowsByKey } from './contentRepository';
import type { SavedItem } from './readSavedItems';
import { scannedFile } from './scan/scannedFile';

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

  const compared = saved.map((each) =>
    compareSaved(each, rows.get(contentKeyText(each.item)), previous.hasBase),
  );
  const outdated = new Set(saved.map(({ before }) => before));
  const sources = previous.sources.map((source) =>
    replaceItems(
      source,
      outdated,
      compared.filter(({ sourceId }) => sourceId === source.sourceId),
    ),
  );
  return { ...previous, inSync: isInSync(config, sources), sources };
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

function replaceItems(
  source: SourceDiff,
  outdated: ReadonlySet<ContentDifference | EqualItem>,
  compared: readonly (ContentDifference | EqualItem)[],
): SourceDiff {
  if (compared.length === 0) return source;
  const differing = compared.filter((item): item is ContentDifference => !isEqualItem(item));
  return {
    ...source,
    differences: [...source.differences.filter((item) => !outdated.has(item)), ...differing].sort(bySlug),
    equal: [...source.equal.filter((item) => !outdated.has(item)), ...compared.filter(isEqualItem)].sort(
      bySlug,
    ),
  };
}
