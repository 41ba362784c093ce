import { basename } from 'node:path';
import { bySlug } from '../slugOrder';
import { contentKeyText, type ContentKey, type ContentProblem, type ScannedFile } from '../../models/content';
import type { RunContext } from '../../ports';
import { SyncError } from '../../syncError';
import { breather } from '../../disk/breathe';
import type { SourceGroup } from '../config/contentConfig';
import { problem } from '../contentProblem';
import type { ContentSource } from '../config/contentSource';
import {
  maxFileBytes,
  parseUndecoded,
  type ParsedMarkdown,
  type UndecodedItem,
} from '../markdown/parseMarkdown';
import { readStamp, regularFileReader, type FileBytes } from '../../disk/readRegularFile';
import type { ScanCache } from './scanCache';
import { scannedFile } from './scannedFile';
import type { ExcludedFile, InvalidFile, SourceScan } from './sourceScan';
import { rootFault, walkMarkdown } from './walkMarkdown';

export interface ScanOptions {
  /** Absolute. */
  readonly projectRoot: string;
  readonly context: RunContext;
  /** Spares the reading of files that have not changed. */
  readonly cache?: ScanCache;
}

/** Scans one source; see `scanGroup`. */
export function scanSource(source: ContentSource, options: ScanOptions): Promise<SourceScan> {
  return scanGroup({ name: source.name, members: [source] }, options);
}

/**
 * Reads and checks every markdown file of the sources that share a `source_id`. Files of one group with the same
 * (locale, slug) are all invalid: which of them is meant cannot be known (data.md C-17).
 *
 * @throws SyncError `cancelled`; nothing else: what cannot be read is in the result
 */
export async function scanGroup(
  group: Pick<SourceGroup, 'name' | 'members'>,
  { projectRoot, context, cache }: ScanOptions,
): Promise<SourceScan> {
  SyncError.throwIfAborted(context.signal);
  const nothing = { items: [], invalid: [], excluded: [], warnings: [] };
  for (const member of group.members) {
    const unreadable = rootFault(member, projectRoot);
    if (unreadable) return { ...nothing, unreadable };
  }
  const breathe = breather(context.signal);
  const found = await findFiles(group.members, breathe);
  // Links and unreadable directories are looked at anew each time.
  const plain = found.warnings.length === 0 && found.invalid.length === 0;
  const scan = {
    items: [] as ScannedFile[],
    invalid: found.invalid,
    excluded: [] as ExcludedFile[],
    warnings: found.warnings,
  };
  const readFile = regularFileReader(maxFileBytes);
  let done = 0;
  for (const [path, file] of found.files) {
    const pause = breathe();
    if (pause) {
      context.progress({ message: group.name, done, total: found.files.size });
      await pause;
    }
    const stamp = cache && readStamp(file.absolute);
    const known = stamp && cache?.find(path, stamp);
    if (known) scan.items.push(known);
    else {
      const read = readFile(file.absolute);
      const item = sortIn(scan, path, parseFound(path, file, read));
      if (item && 'stamp' in read) cache?.keep(path, read.stamp, item);
    }
    done += 1;
  }
  const unchanged = plain ? cache?.unchanged(found.files.size) : undefined;
  if (unchanged) return unchanged;
  const unique = withoutDuplicates(scan.items);
  const result: SourceScan = {
    ...scan,
    // Sorted here, in a thread that nobody waits for: the comparison then meets a list that is in order already.
    items: unique.items.sort(bySlug),
    invalid: [...scan.invalid, ...unique.invalid],
    warnings: [...scan.warnings, ...similarNames(found.files.keys())],
  };
  if (plain) cache?.remember(result, found.files.size);
  return result;
}

interface FoundFile {
  readonly absolute: string;
  /** Every source whose directory holds it: directories of sources may overlap. */
  readonly members: ContentSource[];
}

interface FoundFiles {
  readonly files: Map<string, FoundFile>;
  readonly invalid: InvalidFile[];
  readonly warnings: ContentProblem[];
}

async function findFiles(
  members: readonly ContentSource[],
  breathe: ReturnType<typeof breather>,
): Promise<FoundFiles> {
  const found: FoundFiles = { files: new Map(), invalid: [], warnings: [] };
  for (const member of members) {
    for (const step of walkMarkdown(member.directory, member.path)) {
      const pause = breathe();
      if (pause) await pause;
      if (step.kind === 'unreadable') found.invalid.push({ path: step.path, problems: [step.problem] });
      else if (step.kind === 'warning') found.warnings.push(step.problem);
      else {
        const known = found.files.get(step.path);
        if (known) known.members.push(member);
        else found.files.set(step.path, { absolute: step.absolute, members: [member] });
      }
    }
  }
  return found;
}

/** A file in the directories of several sources belongs to the first that takes its kind. */
function parseFound(path: string, { members }: FoundFile, read: FileBytes): ParsedMarkdown<UndecodedItem> {
  if ('code' in read) {
    const message = `The file cannot be read (${read.code}).`;
    return { problems: [problem('error', 'unreadableFile', path, undefined, message)] };
  }
  let parsed: ParsedMarkdown<UndecodedItem> | undefined;
  for (const member of members) {
    const next = parseUndecoded(read.bytes, path, member);
    parsed ??= next;
    if ('item' in next && !next.excluded) return next;
  }
  return parsed ?? { problems: [] };
}

interface Sorted {
  readonly items: ScannedFile[];
  readonly invalid: InvalidFile[];
  readonly excluded: ExcludedFile[];
  readonly warnings: ContentProblem[];
}

/** @returns the file when there is nothing else to say of it: then the result may be kept for the next scan */
function sortIn(scan: Sorted, path: string, parsed: ParsedMarkdown<UndecodedItem>): ScannedFile | undefined {
  if ('problems' in parsed) {
    const plainReadme = isReadme(path) && parsed.problems.every(({ rule }) => rule === 'frontmatterMissing');
    if (!plainReadme) scan.invalid.push({ path, ...parsed });
    else scan.warnings.push(...parsed.problems.map((found) => ({ ...found, severity: 'warning' as const })));
    return undefined;
  }
  scan.warnings.push(...parsed.warnings);
  if (parsed.excluded) {
    const { item, excluded } = parsed;
    scan.excluded.push({ path, kind: item.fields.kind, key: keyOf(item), problem: excluded });
    return undefined;
  }
  const file = scannedFile(parsed.item);
  scan.items.push(file);
  return parsed.warnings.length === 0 ? file : undefined;
}

/** The readme of a directory is no content (data.md C-26). */
function isReadme(path: string): boolean {
  return basename(path).toLowerCase() === 'readme.md';
}

const namedFiles = 3;
const isAscii = /^[\x20-\x7e]*$/;

function withoutDuplicates(items: readonly ScannedFile[]): {
  items: ScannedFile[];
  invalid: InvalidFile[];
} {
  const first = new Map<string, ScannedFile>();
  const repeated = new Map<string, ScannedFile[]>();
  for (const item of items) {
    const key = contentKeyText(item);
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, item);
    else if (!repeated.get(key)?.push(item)) repeated.set(key, [earlier, item]);
  }
  if (repeated.size === 0) return { items: [...items], invalid: [] };
  const unique = items.filter((item) => !repeated.has(contentKeyText(item)));
  const invalid = [...repeated.values()].flatMap((same) =>
    same.map((item) => ({ path: item.path, problems: [duplicate(item, same)], key: keyOf(item) })),
  );
  return { items: unique, invalid };
}

function duplicate(item: ScannedFile, same: readonly ScannedFile[]): ContentProblem {
  const others = same
    .slice(0, namedFiles + 1)
    .filter(({ path }) => path !== item.path)
    .slice(0, namedFiles);
  const more = same.length - 1 - others.length;
  const names = others.map(({ path }) => path).join(', ') + (more > 0 ? ` and ${more} more` : '');
  const slug = item.slug === '' ? 'The empty slug' : `The slug "${item.slug}"`;
  const message = `${slug} (${item.locale}) is also in ${names}; one file per slug and locale is expected.`;
  return problem('error', 'duplicateItem', item.path, { line: 1, column: 1 }, message);
}

/** Names that are one name on a file system that folds case or Unicode forms cannot be checked out there together. */
function similarNames(paths: Iterable<string>): ContentProblem[] {
  const seen = new Map<string, string>();
  const warnings: ContentProblem[] = [];
  for (const path of paths) {
    const folded = foldedName(path);
    const other = seen.get(folded);
    if (other === undefined) seen.set(folded, path);
    else {
      const message = `The name differs from ${other} only in case or Unicode form; some file systems hold only one of them.`;
      warnings.push(problem('warning', 'similarNames', path, undefined, message));
    }
  }
  return warnings;
}

function foldedName(path: string): string {
  return (isAscii.test(path) ? path : path.normalize('NFC')).toLowerCase();
}

function keyOf({ sourceId, locale, slug }: ContentKey): ContentKey {
  return { sourceId, locale, slug };
}
