import type { ContentProblem } from '../../../src/core/models/content';
import type {
  ContentDiff,
  ContentDifference,
  SeenFile,
  SeenRow,
  SourceDiff,
} from '../../../src/core/models/contentDiff';

export function seenFile(slug: string, overrides: Partial<SeenFile> = {}): SeenFile {
  return {
    path: `services/content/blog/${slug}.md`,
    digest: `disk-${slug}`,
    fileDigest: `bytes-${slug}`,
    title: `Title of ${slug}`,
    ...overrides,
  };
}

export function seenRow(slug: string, overrides: Partial<SeenRow> = {}): SeenRow {
  return {
    id: `id-${slug}`,
    digest: `row-${slug}`,
    title: `Title of ${slug}`,
    updatedAt: '2026-02-03T04:05:06Z',
    ...overrides,
  };
}

type Sides = 'file' | 'row' | 'both';

/** A difference as the calculator gives it; which sides exist follows from the kind unless `sides` says otherwise. */
export function difference(
  slug: string,
  kind: ContentDifference['kind'],
  { sides, ...overrides }: Partial<ContentDifference> & { readonly sides?: Sides } = {},
): ContentDifference {
  const present = sides ?? (kind === 'added' ? 'file' : kind === 'removed' ? 'row' : 'both');
  return {
    sourceId: 'blog',
    locale: 'en',
    slug,
    kind,
    origin: kind === 'conflict' ? 'both' : 'unknown',
    ...(kind === 'conflict' && {
      conflict: 'bothChanged',
      reason: 'changed in the file and in the database',
    }),
    ...(kind === 'modified' && { fields: ['keywords'] }),
    ...(present !== 'row' && { file: seenFile(slug) }),
    ...(present !== 'file' && { row: seenRow(slug) }),
    ...overrides,
  };
}

export function problem(path: string | null, overrides: Partial<ContentProblem> = {}): ContentProblem {
  return {
    severity: 'error',
    path,
    line: 4,
    column: 2,
    message: 'the date is no day',
    rule: 'dateCalendar',
    ...overrides,
  };
}

export function source(
  differences: readonly ContentDifference[],
  overrides: Partial<SourceDiff> = {},
): SourceDiff {
  return {
    name: 'blog',
    names: ['blog'],
    sourceId: 'blog',
    path: 'services/content/blog',
    differences,
    equal: [],
    invalid: [],
    gone: [],
    blindFiles: 0,
    fileCount: differences.length,
    rowCount: differences.length,
    ...overrides,
  };
}

export function contentDiff(
  sources: readonly SourceDiff[],
  overrides: Partial<ContentDiff> = {},
): ContentDiff {
  const inSync = sources.every(({ differences, invalid }) => differences.length + invalid.length === 0);
  return {
    inSync,
    sources,
    warnings: [],
    target: 'postgres:127.0.0.1:5432/app',
    hasBase: true,
    ...overrides,
  };
}
