import type { BaseState } from '../state/baseStore';
import {
  contentFieldNames,
  contentKeyText,
  type ContentFieldName,
  type ContentFields,
  type ContentKey,
  type ScannedFile,
  type RowItem,
} from '../models/content';
import type { ChangeOrigin, ContentDifference, EqualItem, SeenFile, SeenRow } from '../models/contentDiff';

/** Names of the synced fields whose canonical values differ, in the fields' own order. */
export function differingFields(left: ContentFields, right: ContentFields): ContentFieldName[] {
  return contentFieldNames.filter((name) =>
    name === 'links'
      ? JSON.stringify(left.links) !== JSON.stringify(right.links)
      : left[name] !== right[name],
  );
}

/**
 * Compares one item of which at least one side exists. Pure: (base, disk, row) → what it is (design.md rule 2).
 *
 * @param base the digest both sides last agreed on, or undefined when they never did
 * @param fields what the file holds, when both sides exist and differ
 * @param hasBase whether any base exists for the target: without one, an origin is never guessed
 */
export function compareItem(
  key: ContentKey,
  file: ScannedFile | undefined,
  row: RowItem | undefined,
  base: string | undefined,
  hasBase: boolean,
  fields?: ContentFields,
): ContentDifference | EqualItem {
  const sides = {
    ...(file && { file: seenFile(file) }),
    ...(row && { row: seenRow(row) }),
    ...(base !== undefined && { agreed: base }),
  };
  if (file && row) {
    if (file.digest === row.digest) return equalItem(file, base);
    const differing = fields && { fields: differingFields(fields, row.fields) };
    const origin = originOfChange(base, file.digest, row.digest);
    if (origin !== 'both') return { ...keyOf(key), kind: 'modified', origin, ...differing, ...sides };
    return bothChanged(
      key,
      { ...sides, ...differing },
      'changed in the file and in the database since they last agreed',
    );
  }
  if (file) {
    if (base === undefined)
      return { ...keyOf(key), kind: 'added', origin: hasBase ? 'disk' : 'unknown', ...sides };
    if (base === file.digest) return { ...keyOf(key), kind: 'added', origin: 'database', ...sides };
    return bothChanged(key, sides, 'deleted in the database, and changed in the file since');
  }
  if (base === undefined)
    return { ...keyOf(key), kind: 'removed', origin: hasBase ? 'database' : 'unknown', ...sides };
  if (base === row?.digest) return { ...keyOf(key), kind: 'removed', origin: 'disk', ...sides };
  return bothChanged(key, sides, 'the file was deleted, and the row changed since');
}

/** @param agreed the digest both sides last agreed on */
export function equalItem(file: ScannedFile, agreed: string | undefined): EqualItem {
  const { sourceId, locale, slug, digest, path } = file;
  // Made fifty thousand times: put together from other objects, it would take ten times as long.
  if (agreed === undefined) return { sourceId, locale, slug, digest, path };
  // Nearly always one value: then it is kept once.
  return { sourceId, locale, slug, digest, path, agreed: agreed === digest ? digest : agreed };
}

export function isEqualItem(item: ContentDifference | EqualItem): item is EqualItem {
  return !('kind' in item);
}

/** The digest that both sides last agreed on for this item. */
export function baseDigest(base: BaseState | undefined, key: ContentKey): string | undefined {
  return base?.get(contentKeyText(key))?.digest;
}

export function keyOf({ sourceId, locale, slug }: ContentKey): ContentKey {
  return { sourceId, locale, slug };
}

function originOfChange(base: string | undefined, disk: string, row: string): ChangeOrigin {
  if (base === undefined) return 'unknown';
  if (base === row) return 'disk';
  return base === disk ? 'database' : 'both';
}

function bothChanged(
  key: ContentKey,
  sides: Pick<ContentDifference, 'file' | 'row' | 'agreed' | 'fields'>,
  reason: string,
): ContentDifference {
  return { ...keyOf(key), kind: 'conflict', conflict: 'bothChanged', origin: 'both', reason, ...sides };
}

function seenFile({ path, digest, fileDigest, title }: ScannedFile): SeenFile {
  return { path, digest, fileDigest, title };
}

function seenRow({ id, digest, fields, updatedAt, unholdable }: RowItem): SeenRow {
  return { id, digest, title: fields.title, updatedAt, ...(unholdable !== undefined && { unholdable }) };
}
