import { netstrings, sha256 } from '../digest';
import { contentKeyText, type ContentKey, type ContentProblem } from '../models/content';
import type {
  ContentDiff,
  ContentDifference,
  EqualItem,
  InvalidContent,
  SourceDiff,
} from '../models/contentDiff';
import type { PlanTarget, SkippedItem, StepAction, SyncPlan } from '../models/plan';
import { invalidPlaces } from './invalidPlaces';

export type ContentDirection = 'to-db' | 'to-disk';

export interface ContentPlanOptions {
  readonly direction: ContentDirection;
  /** Names of config sources; empty means all. */
  readonly sources?: readonly string[];
  /** Only these slugs; naming a slug is also what allows a deletion that no base speaks for. */
  readonly slugs?: readonly string[];
  /** Only these items, by `contentKeyText`, chosen one by one (the checkboxes of the editor). */
  readonly items?: ReadonlySet<string>;
  /** The giving side wins wherever the sides differ. */
  readonly override?: boolean;
  /** Carry deletions over, where the base speaks for it or the item is named. */
  readonly deleteOrphans?: boolean;
  /** What to do with items changed on both sides. */
  readonly conflict?: 'abort' | 'disk' | 'database';
}

/** One change. It refers to what was seen by digest; the executor reads the contents again and checks them. */
export interface ContentStep extends ContentKey {
  readonly action: StepAction;
  readonly title: string;
  /** Of the item's file, relative to the project's root, be it there or still to be written. */
  readonly path?: string;
  /** What the giving side held; undefined for a deletion. */
  readonly digest?: string;
  /** What the receiving side held; undefined for a creation. */
  readonly expectedDigest?: string;
  readonly expectedFileDigest?: string;
  readonly rowId?: string;
  readonly fields?: readonly string[];
}

export interface ContentPlan extends SyncPlan<ContentStep> {
  readonly operation: 'content_to_db' | 'content_to_disk';
  readonly direction: ContentDirection;
  /** Equal items, which the apply takes over as base. */
  readonly adopt: readonly EqualItem[];
  /** Base keys of items that exist nowhere any more; the apply drops them. */
  readonly forget: readonly string[];
  /** Which database was compared: the base is kept per target. */
  readonly databaseIdentity: string;
}

type Side = 'disk' | 'database';
type Decision = StepAction | Omit<SkippedItem, 'item'>;

/**
 * Turns a diff into a plan. Pure; the table of what happens to an item is in ARCHITECTURE.md, each row is a test.
 * Items that a source or slug filter leaves out are not part of the plan at all.
 */
export function planContent(diff: ContentDiff, target: PlanTarget, options: ContentPlanOptions): ContentPlan {
  const giving: Side = options.direction === 'to-db' ? 'disk' : 'database';
  const steps: ContentStep[] = [];
  const left: SkippedItem[] = [];
  const adopt: EqualItem[] = [];
  const forget: string[] = [];
  let targetItems = 0;
  let sourceItems = 0;

  for (const source of diff.sources) {
    if (options.sources?.length && !source.names.some((name) => options.sources?.includes(name))) continue;
    targetItems += giving === 'disk' ? source.rowCount : source.fileCount;
    sourceItems += giving === 'disk' ? source.fileCount : source.rowCount;
    for (const item of source.equal) adopt.push(item);
    for (const key of source.gone) forget.push(key);
    left.push(...invalidItems(source, options));
    for (const difference of source.differences) {
      if (!isSelected(difference, options)) continue;
      const decision = shieldFromBlindFiles(decide(difference, giving, options), difference, source);
      if (typeof decision === 'string') steps.push(toStep(decision, difference, giving));
      else left.push({ item: describeItem(source, difference), ...decision });
    }
  }
  return {
    id: planId(diff, target, options, steps, left),
    operation: options.direction === 'to-db' ? 'content_to_db' : 'content_to_disk',
    direction: options.direction,
    target,
    steps,
    left,
    adopt,
    forget,
    targetItems,
    sourceItems,
    databaseIdentity: diff.target,
  };
}

function decide(item: ContentDifference, giving: Side, options: ContentPlanOptions): Decision {
  const onGiving = giving === 'disk' ? item.file : item.row;
  const onReceiving = giving === 'disk' ? item.row : item.file;
  const givingWins = options.override === true || options.conflict === giving;

  if (item.kind === 'conflict' && item.conflict !== 'bothChanged')
    return { kind: 'conflict', reason: item.reason ?? '' };
  if (giving === 'database' && item.row?.unholdable !== undefined)
    return { kind: 'invalid', reason: item.row.unholdable };
  if (onGiving && onReceiving) return decideDiffering(item, giving, options, givingWins);
  if (onGiving) {
    if (item.kind === 'conflict')
      return givingWins ? 'create' : { kind: 'conflict', reason: item.reason ?? '' };
    if (item.origin !== other(giving)) return 'create';
    return options.override
      ? 'create'
      : {
          kind: 'skipped_modified',
          reason: `deleted ${where(other(giving))} since the last sync; override to create it again`,
        };
  }
  if (item.kind === 'conflict') {
    return options.deleteOrphans && givingWins ? 'delete' : { kind: 'conflict', reason: item.reason ?? '' };
  }
  if (options.deleteOrphans && (item.origin === giving || isNamed(item, options))) return 'delete';
  const reason = options.deleteOrphans
    ? `only ${where(other(giving))}, and no earlier sync says it was deleted ${where(giving)}; name it to delete it`
    : `only ${where(other(giving))}`;
  return { kind: 'skipped', reason };
}

/** A row may look orphaned only because its file cannot be read: it is not deleted while such files are about. */
function shieldFromBlindFiles(decision: Decision, item: ContentDifference, source: SourceDiff): Decision {
  if (decision !== 'delete' || item.file !== undefined || source.blindFiles === 0) return decision;
  const files = source.blindFiles === 1 ? 'a file' : `${source.blindFiles} files`;
  return {
    kind: 'invalid',
    reason: `${files} of this source cannot be read and may hold this item; mend them first`,
  };
}

function decideDiffering(
  item: ContentDifference,
  giving: Side,
  options: ContentPlanOptions,
  givingWins: boolean,
): Decision {
  const { origin } = item;
  if (origin === giving) return 'update';
  if (origin === 'both') {
    return givingWins ? 'update' : { kind: 'conflict', reason: item.reason ?? 'changed on both sides' };
  }
  if (origin === 'unknown') {
    const reason = 'differs, and no earlier sync says which side changed; choose a side';
    return givingWins ? 'update' : { kind: 'skipped_modified', reason };
  }
  const reason = `changed ${where(origin)} only, not ${where(giving)}`;
  return options.override ? 'update' : { kind: 'skipped_modified', reason };
}

function toStep(action: StepAction, item: ContentDifference, giving: Side): ContentStep {
  const { file, row } = item;
  const from = giving === 'disk' ? file : row;
  const to = giving === 'disk' ? row : file;
  return {
    action,
    sourceId: item.sourceId,
    locale: item.locale,
    slug: item.slug,
    title: (from ?? to)?.title ?? '',
    ...(item.newPath !== undefined && { path: item.newPath }),
    ...(file && { path: file.path, expectedFileDigest: file.fileDigest }),
    ...(row && { rowId: row.id }),
    ...(from && action !== 'delete' && { digest: from.digest }),
    ...(to && { expectedDigest: to.digest }),
    ...(item.fields && { fields: item.fields }),
  };
}

function invalidItems(source: SourceDiff, options: ContentPlanOptions): SkippedItem[] {
  const chosen = source.invalid.filter(
    ({ keys }) => keys.length === 0 || keys.some((key) => isSelected(key, options)),
  );
  return [...invalidPlaces(chosen).values()].map((found) => ({
    item: invalidItem(source, found[0]),
    kind: 'invalid',
    reason: found.map(({ problem }) => describeFault(problem)).join(' '),
  }));
}

function invalidItem(source: SourceDiff, found: InvalidContent | undefined): string {
  const [key] = found?.keys ?? [];
  return found?.problem.path ?? (key ? describeItem(source, key) : source.name);
}

function describeFault({ line, message }: ContentProblem): string {
  return line === null ? message : `line ${line}: ${message}`;
}

function isSelected(key: ContentKey, { slugs, items }: ContentPlanOptions): boolean {
  if (items && !items.has(contentKeyText(key))) return false;
  return !slugs?.length || slugs.includes(key.slug);
}

function isNamed(key: ContentKey, { slugs, items }: ContentPlanOptions): boolean {
  return (items?.has(contentKeyText(key)) ?? false) || (slugs?.includes(key.slug) ?? false);
}

function describeItem(source: SourceDiff, key: ContentKey): string {
  const locale = key.locale === 'en' ? '' : ` (${key.locale})`;
  return `${source.name}/${key.slug}${locale}`;
}

function other(side: Side): Side {
  return side === 'disk' ? 'database' : 'disk';
}

function where(side: Side): string {
  return side === 'disk' ? 'on disk' : 'in the database';
}

function planId(
  diff: ContentDiff,
  target: PlanTarget,
  options: ContentPlanOptions,
  steps: readonly ContentStep[],
  left: readonly SkippedItem[],
): string {
  const seen = steps.map((step) =>
    netstrings([
      step.action,
      contentKeyText(step),
      step.path ?? null,
      step.digest ?? null,
      step.expectedDigest ?? null,
      step.expectedFileDigest ?? null,
      step.rowId ?? null,
    ]),
  );
  const passedOver = left.map(({ item, kind, reason }) => netstrings([item, kind, reason]));
  return sha256(netstrings([options.direction, diff.target, target.label, ...seen, '', ...passedOver]));
}
