import {
  contentKeyPrefix,
  contentKeyText,
  type ContentKey,
  type ContentProblem,
  type ContentFields,
  type ScannedFile,
  type RowItem,
} from '../models/content';
import type { ContentDifference, EqualItem, InvalidContent, SourceDiff } from '../models/contentDiff';
import type { BaseState } from '../state/baseStore';
import { baseDigest, compareItem, equalItem, isEqualItem, keyOf } from './compareContent';
import type { SourceGroup } from './config/contentConfig';
import type { RowDigest } from './contentRow';
import { whyUnholdable } from './markdown/holdable';
import { NewFilePlaces } from './newFilePlaces';
import type { SourceScan } from './scan/sourceScan';
import { bySlug } from './slugOrder';

export interface SourceInput {
  readonly group: SourceGroup;
  readonly scan: SourceScan;
  /** Errors of the content config: they stand for the members whose settings cannot be used. */
  readonly configErrors: readonly ContentProblem[];
  /** Every row of the source, by digest. */
  readonly rows: readonly RowDigest[];
  /** The whole rows of those that equal no file. */
  readonly details: readonly RowItem[];
  /** The fields of those files that have a row and do not equal it, by `contentKeyText`. */
  readonly fileFields: ReadonlyMap<string, ContentFields>;
  readonly base: BaseState | undefined;
}

export interface SourceComparison {
  readonly diff: SourceDiff;
  readonly warnings: readonly ContentProblem[];
}

/** What the digests do not already say to be equal. */
export interface Differing {
  /** Of the whole rows that are to be read. */
  readonly rowIds: readonly string[];
  /** Whose fields are looked at. */
  readonly files: readonly ScannedFile[];
}

/** Yields between two items, so that a thread with other things to do can take it in parts, as `compareSource` does. */
export function* whatDiffers(scan: SourceScan, rows: readonly RowDigest[]): Generator<undefined, Differing> {
  const scanned = yield* byKey(scan.items);
  const rowIds: string[] = [];
  const files: ScannedFile[] = [];
  for (const row of rows) {
    yield;
    const file = scanned.get(contentKeyText(row));
    if (file?.digest === row.digest) continue;
    rowIds.push(row.id);
    if (file) files.push(file);
  }
  return scan.unreadable ? { rowIds: [], files } : { rowIds, files };
}

/** Compares the files of a source with its rows, yielding between two items. Pure. */
export function* compareSource(input: SourceInput): Generator<undefined, SourceComparison> {
  const { group, scan, rows } = input;
  const common = {
    name: group.name,
    names: group.members.map(({ name }) => name),
    sourceId: group.sourceId,
    path: group.members[0]?.path ?? '',
    fileCount: scan.items.length + scan.invalid.length,
    rowCount: rows.length,
  };
  const unreadable = whyUnreadable(input);
  if (unreadable.length > 0) {
    // Nothing may be judged missing in a source that could not be read whole (data.md C-15).
    const invalid = unreadable.map((problem) => ({ problem, keys: [], isRow: false }));
    const nothing = { differences: [], equal: [], gone: [], blindFiles: 0 };
    const diff = {
      ...common,
      ...nothing,
      invalid,
      unreadable: unreadable.map(({ message }) => message).join(' '),
    };
    return { diff, warnings: scan.warnings };
  }
  const { shielded, blindFiles } = shieldedKeys(input);
  const sides: Sides = { files: yield* byKey(scan.items), rows: yield* byKey(rows) };
  const { differences, equal, invalid } = yield* compareItems(input, sides, shielded);
  const gone = yield* keysThatAreGone(input, sides, shielded);
  return { diff: { ...common, differences, equal, invalid, gone, blindFiles }, warnings: scan.warnings };
}

function whyUnreadable({ group, scan, configErrors }: SourceInput): readonly ContentProblem[] {
  if (group.unusable.length > 0) return configErrors;
  return scan.unreadable ? [scan.unreadable] : [];
}

/** By `contentKeyText`. */
interface Sides {
  readonly files: ReadonlyMap<string, ScannedFile>;
  readonly rows: ReadonlyMap<string, RowDigest>;
}

function* byKey<Item extends ContentKey>(
  items: readonly Item[],
): Generator<undefined, ReadonlyMap<string, Item>> {
  const found = new Map<string, Item>();
  for (const item of items) {
    yield;
    found.set(contentKeyText(item), item);
  }
  return found;
}

function* compareItems(
  { group, scan, rows, details, fileFields, base }: SourceInput,
  sides: Sides,
  shielded: ReadonlySet<string>,
): Generator<undefined, Pick<SourceDiff, 'differences' | 'equal' | 'invalid'>> {
  const differences: ContentDifference[] = [];
  const equal: EqualItem[] = [];
  const invalid: InvalidContent[] = [...invalidFiles(scan), ...excludedFilesWithRows(group, scan, rows)];
  // In the slugs' order, so that places for new files do not depend on the order of the rows.
  const wholeRows = new Map([...details].sort(bySlug).map((row) => [contentKeyText(row), row]));

  const places = new NewFilePlaces(group, scan, base);
  const compareWithFile = (file: ScannedFile, row: RowItem | undefined) => {
    const item = compareItem(
      file,
      file,
      row && withHoldability(row, group),
      baseDigest(base, file),
      base !== undefined,
      fileFields.get(contentKeyText(file)),
    );
    if (isEqualItem(item)) equal.push(item);
    else differences.push(item);
  };
  const compareRow = (row: RowItem) => {
    const reason = row.unholdable ?? whyUnholdable(row, group);
    const place = reason === undefined ? places.placeFor(row, row.fields.kind) : { reason };
    if ('reason' in place) return invalid.push(unholdableRow(group, row, place.reason));
    const item = compareItem(row, undefined, row, baseDigest(base, row), base !== undefined);
    return isEqualItem(item) ? equal.push(item) : differences.push({ ...item, newPath: place.path });
  };
  for (const [key, file] of sides.files) {
    yield;
    if (shielded.has(key)) continue;
    if (sides.rows.get(key)?.digest === file.digest) equal.push(equalItem(file, baseDigest(base, file)));
    else compareWithFile(file, wholeRows.get(key));
  }
  for (const [key, row] of wholeRows) {
    yield;
    // A kind that the source leaves out is left out on both sides (data.md C-13).
    if (!sides.files.has(key) && !shielded.has(key) && isKindAllowed(group, row.fields.kind)) compareRow(row);
  }
  return { differences: differences.sort(bySlug), equal: equal.sort(bySlug), invalid: invalid.sort(byPlace) };
}

/** Keys of files that exist but take no part: neither side of such an item is judged missing, or touched. */
function shieldedKeys({ scan, base }: SourceInput): { shielded: Set<string>; blindFiles: number } {
  const shielded = new Set<string>();
  const pathsWithoutKey = new Set<string>();
  const unreadableDirectories: string[] = [];
  for (const { path, key, problems } of scan.invalid) {
    if (key) shielded.add(contentKeyText(key));
    else if (problems[0]?.rule === 'unreadableDirectory') unreadableDirectories.push(path);
    else pathsWithoutKey.add(path);
  }
  for (const { key } of scan.excluded) shielded.add(contentKeyText(key));
  if (pathsWithoutKey.size + unreadableDirectories.length > 0) {
    // What cannot be read stands for the items that were last synced with its paths.
    for (const [key, { path }] of base ?? []) {
      if (path === undefined) continue;
      if (
        pathsWithoutKey.delete(path) ||
        unreadableDirectories.some((directory) => path.startsWith(`${directory}/`))
      ) {
        shielded.add(key);
      }
    }
  }
  return { shielded, blindFiles: pathsWithoutKey.size + unreadableDirectories.length };
}

function invalidFiles(scan: SourceScan): InvalidContent[] {
  return scan.invalid.flatMap(({ problems, key }) =>
    problems.map((problem) => ({ problem, keys: key ? [key] : [], isRow: false })),
  );
}

/** A file of a kind that the source leaves out is no concern of ours, unless the database holds its item. */
function excludedFilesWithRows(
  group: SourceGroup,
  scan: SourceScan,
  rows: readonly RowDigest[],
): InvalidContent[] {
  if (scan.excluded.length === 0) return [];
  const synced = new Set(rows.filter(({ kind }) => isKindAllowed(group, kind)).map(contentKeyText));
  return scan.excluded
    .filter(({ key }) => synced.has(contentKeyText(key)))
    .map(({ key, problem }) => ({ problem: { ...problem, severity: 'error' }, keys: [key], isRow: false }));
}

function unholdableRow(group: SourceGroup, row: RowItem, reason: string): InvalidContent {
  const name = row.slug === '' ? 'with the empty slug' : row.slug;
  const message = `No file can hold the row ${name} (${row.locale}) of ${group.sourceId}: ${reason}.`;
  const problem: ContentProblem = {
    severity: 'error',
    path: null,
    line: null,
    column: null,
    message,
    rule: 'unholdableRow',
  };
  return { problem, keys: [keyOf(row)], isRow: true };
}

/** The row with the reason why no file of its source can hold it, where there is one. */
export function withHoldability(row: RowItem, group: SourceGroup): RowItem {
  const unholdable = row.unholdable ?? whyUnholdable(row, group);
  return unholdable === undefined ? row : { ...row, unholdable };
}

function isKindAllowed(group: SourceGroup, kind: string): boolean {
  return group.members.some(({ allowedKinds }) => allowedKinds === undefined || allowedKinds.includes(kind));
}

/** Base keys of items that exist on neither side any more. */
function* keysThatAreGone(
  { group, base }: SourceInput,
  { files, rows }: Sides,
  shielded: ReadonlySet<string>,
): Generator<undefined, string[]> {
  const gone: string[] = [];
  const prefix = contentKeyPrefix(group.sourceId);
  for (const key of base?.keys() ?? []) {
    yield;
    if (key.startsWith(prefix) && !files.has(key) && !rows.has(key) && !shielded.has(key)) gone.push(key);
  }
  return gone;
}

function byPlace({ problem: left }: InvalidContent, { problem: right }: InvalidContent): number {
  const [a, b] = [left.path ?? '', right.path ?? ''];
  if (a !== b) return a < b ? -1 : 1;
  if (left.line !== right.line) return (left.line ?? 0) - (right.line ?? 0);
  return left.message < right.message ? -1 : left.message > right.message ? 1 : 0;
}
