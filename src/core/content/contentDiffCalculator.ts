import type { Database } from '../database/connection';
import { contentKeyText, type ContentFields, type ScannedFile } from '../models/content';
import type { ContentDiff, ContentDifference, SourceDiff } from '../models/contentDiff';
import { breather, inSlices } from '../disk/breathe';
import type { RunContext } from '../ports';
import type { BaseState } from '../state/baseStore';
import { SyncError } from '../syncError';
import { compareSource, whatDiffers, type SourceComparison } from './compareSource';
import { groupSources, type ContentConfig, type SourceGroup } from './config/contentConfig';
import { ContentFiles } from './contentFiles';
import { findForeignHolders, readRowDigests, readRowsById, type ForeignHolder } from './contentRepository';
import type { GroupScanner } from './scan/groupScanner';

export interface ContentDiffInput {
  readonly config: ContentConfig;
  readonly projectRoot: string;
  readonly scan: GroupScanner;
  readonly db: Database;
  /** What disk and this database last agreed on; undefined when they never did, or the state was lost. */
  readonly base: BaseState | undefined;
  /** Of `base`, from before it was read. */
  readonly baseStamp: string | undefined;
  /** Identity of the database, kept in the result: base state belongs to one target. */
  readonly target: string;
  readonly context: RunContext;
}

/**
 * Compares the markdown files of the content sources with the rows of `markdown_content`, item by item. The key is
 * (source, locale, slug); every synced field takes part, in canonical form (data.md C-1, C-2, C-12, C-24). Reads only.
 */
export class ContentDiffCalculator {
  constructor(private readonly input: ContentDiffInput) {}

  /**
   * @param names of config sources to compare; none means every selected one
   * @throws SyncError `invalidInput` when a named source does not exist; `database` when the rows cannot be read
   */
  async calculate(names: readonly string[] = []): Promise<ContentDiff> {
    const { config, projectRoot, scan: scanGroup, db, base, baseStamp, context } = this.input;
    const groups = selectGroups(config, names);
    const configErrors = config.problems.filter(({ severity }) => severity === 'error');
    const compared: SourceComparison[] = [];
    const files = new ContentFiles(config, projectRoot);
    for (const group of groups) {
      SyncError.throwIfAborted(context.signal);
      context.progress({ message: group.name, done: compared.length, total: groups.length });
      const [scan, rows] = await Promise.all([scanGroup(group, context), readRowDigests(db, group.sourceId)]);
      const differing = await inSlices(whatDiffers(scan, rows), context.signal);
      const details = await readRowsById(db, differing.rowIds);
      const fileFields = await readFields(files, differing.files, context.signal);
      const input = { group, scan, configErrors, rows, details, fileFields, base };
      compared.push(await inSlices(compareSource(input), context.signal));
    }
    const sources = await markTakenSlugs(
      db,
      compared.map(({ diff }) => diff),
    );
    return {
      inSync: isInSync(config, sources),
      sources,
      warnings: [...config.problems, ...compared.flatMap((comparison) => comparison.warnings)],
      target: this.input.target,
      hasBase: base !== undefined,
      ...(base !== undefined && baseStamp !== undefined && { baseStamp }),
    };
  }
}

async function readFields(
  files: ContentFiles,
  differing: readonly ScannedFile[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, ContentFields>> {
  const breathe = breather(signal);
  const fields = new Map<string, ContentFields>();
  for (const file of differing) {
    const pause = breathe();
    if (pause) await pause;
    const item = files.read(file);
    // A file that changed since the scan is found by its digest when the plan is applied.
    if (item) fields.set(contentKeyText(file), item.fields);
  }
  return fields;
}

/** What the config says of a source that cannot be used is something to look at as well. */
export function isInSync({ unusable }: ContentConfig, sources: readonly SourceDiff[]): boolean {
  return (
    unusable.every(({ enabled }) => !enabled) &&
    sources.every(
      ({ differences, invalid, unreadable }) =>
        differences.length === 0 && invalid.length === 0 && unreadable === undefined,
    )
  );
}

function selectGroups(config: ContentConfig, names: readonly string[]): SourceGroup[] {
  const groups = groupSources(config);
  if (names.length === 0) return groups;
  const known = groups.flatMap((group) => group.members.map(({ name }) => name));
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new SyncError('invalidInput', `There is no enabled content source named ${unknown.join(', ')}.`, {
      hint: known.length ? `Enabled sources: ${known.join(', ')}.` : 'The content config enables no source.',
      details: { unknown, known },
    });
  }
  return groups.filter((group) => group.members.some(({ name }) => names.includes(name)));
}

/** A slug that another source holds, in the table or on disk, is a conflict and is never taken (data.md C-16). */
async function markTakenSlugs(db: Database, sources: readonly SourceDiff[]): Promise<SourceDiff[]> {
  const added = sources.flatMap(({ differences }) => differences.filter((item) => item.row === undefined));
  const holders = new Map((await findForeignHolders(db, added)).map((holder) => [slugText(holder), holder]));
  const claims = new Map<string, Set<string>>();
  for (const item of added) {
    const claim = claims.get(slugText(item)) ?? new Set();
    claims.set(slugText(item), claim.add(item.sourceId));
  }
  return sources.map((source) => ({
    ...source,
    differences: source.differences.map((item) =>
      item.row === undefined
        ? withConflict(item, holders.get(slugText(item)), claims.get(slugText(item)))
        : item,
    ),
  }));
}

function withConflict(
  item: ContentDifference,
  holder: ForeignHolder | undefined,
  claim: ReadonlySet<string> | undefined,
): ContentDifference {
  if (holder) {
    const reason = `the source ${holder.sourceId} holds this slug in the database; slugs are unique over all sources`;
    return { ...item, kind: 'conflict', conflict: 'heldByAnotherSource', reason };
  }
  if ((claim?.size ?? 0) > 1) {
    const others = [...(claim ?? [])].filter((sourceId) => sourceId !== item.sourceId).join(', ');
    const reason = `the source ${others} has a file with the same slug; slugs are unique over all sources`;
    return { ...item, kind: 'conflict', conflict: 'claimedByTwoSources', reason };
  }
  return item;
}

function slugText({ locale, slug }: { locale: string; slug: string }): string {
  return `${locale} ${slug}`;
}
