import type { ContentDiff, ContentDifference, SourceDiff } from '../models/contentDiff';
import type { ContentProblem } from '../models/content';
import { invalidPlaces } from './invalidPlaces';

/** JSON of `content diff` (cli-contract.md). Keys may be added, never renamed. */
export interface ContentDiffReport {
  readonly in_sync: boolean;
  readonly sources: readonly SourceReport[];
  readonly warnings: readonly ProblemReport[];
}

interface SourceReport {
  readonly name: string;
  readonly source_id: string;
  readonly path: string;
  readonly added: readonly ItemReport[];
  readonly modified: readonly ItemReport[];
  readonly removed: readonly ItemReport[];
  readonly conflicts: readonly ItemReport[];
  readonly invalid: readonly ProblemReport[];
  readonly unchanged: number;
}

export interface ItemReport {
  readonly slug: string;
  readonly locale: string;
  readonly title: string;
  readonly status: 'Added' | 'Removed' | 'Modified';
  readonly origin: string;
  readonly path?: string;
  readonly fields?: readonly string[];
  readonly disk_hash?: string;
  readonly db_hash?: string;
  readonly db_updated_at?: string;
  readonly reason?: string;
}

interface ProblemReport {
  readonly path: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
  readonly slug?: string;
  readonly locale?: string;
}

export interface ContentCounts {
  readonly added: number;
  readonly modified: number;
  readonly removed: number;
  readonly conflicts: number;
  readonly invalid: number;
  readonly unchanged: number;
}

export function contentDiffReport(diff: ContentDiff): ContentDiffReport {
  return {
    in_sync: diff.inSync,
    sources: diff.sources.map(sourceReport),
    warnings: diff.warnings.map(problemReport),
  };
}

/** Counts over all sources, for `status` and for the status bar. */
export function countContent(diff: ContentDiff): ContentCounts {
  const counts = { added: 0, modified: 0, removed: 0, conflicts: 0, invalid: 0, unchanged: 0 };
  for (const { differences, invalid, equal } of diff.sources) {
    for (const { kind } of differences) counts[kind === 'conflict' ? 'conflicts' : kind] += 1;
    counts.invalid += invalidPlaces(invalid).size;
    counts.unchanged += equal.length;
  }
  return counts;
}

function sourceReport(source: SourceDiff): SourceReport {
  const of = (kind: ContentDifference['kind']) =>
    source.differences.filter((item) => item.kind === kind).map(itemReport);
  return {
    name: source.name,
    source_id: source.sourceId,
    path: source.path,
    added: of('added'),
    modified: of('modified'),
    removed: of('removed'),
    conflicts: of('conflict'),
    invalid: source.invalid.map(({ problem, keys: [key] }) => ({
      ...problemReport(problem),
      ...(key && { slug: key.slug, locale: key.locale }),
    })),
    unchanged: source.equal.length,
  };
}

function itemReport(item: ContentDifference): ItemReport {
  const { file, row } = item;
  return {
    slug: item.slug,
    locale: item.locale,
    title: (file ?? row)?.title ?? '',
    status: statusOf(item),
    origin: item.origin,
    ...(file && { path: file.path, disk_hash: file.digest }),
    ...(row && { db_hash: row.digest, db_updated_at: row.updatedAt }),
    ...(item.fields && { fields: item.fields }),
    ...(item.reason !== undefined && { reason: item.reason }),
  };
}

/** A conflict still says on which sides the item exists. */
export function statusOf({ file, row }: ContentDifference): 'Added' | 'Removed' | 'Modified' {
  if (file && row) return 'Modified';
  return file ? 'Added' : 'Removed';
}

function problemReport({ path, line, column, message }: ContentProblem): ProblemReport {
  return { path, line, column, message };
}
