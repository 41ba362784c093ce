import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Client } from 'pg';
import { readSchema } from '../demo/schema/readSchema.mjs';
import { startPostgres } from '../scripts/postgres.mjs';
import { groupSources, readContentConfig } from '../src/core/content/config/contentConfig';
import { ContentLocalSync } from '../src/core/content/contentLocalSync';
import { WorkerScanner } from '../src/core/content/scan/workerScanner';
import { quietContext } from '../src/core/ports';
import { discoverProject } from '../src/core/project/discoverProject';
import { keepExisting } from '../src/ui/changes/checkedItems';
import { buildTree } from '../src/ui/content/buildTree';
import { contentFolders } from '../src/ui/content/contentFolders';
import { countDirections } from '../src/ui/content/countDirections';
import { writeContentProject } from './contentFiles';
import { askedParts, measure, median, printTable } from './measure';

const few = 5_000;
const many = 50_000;
const context = quietContext();
const scanWorker = join(process.cwd(), 'dist', 'scanWorker.js');

const parts = ['comparing', 'saving', 'loading'] as const;
type Part = (typeof parts)[number];

const [mode, projectRoot, databaseUrl] = process.argv.slice(2);
if (mode === 'compare' && projectRoot !== undefined && databaseUrl !== undefined)
  console.log(JSON.stringify(await compareInThread(projectRoot, databaseUrl)));
else await measureParts(askedParts(parts));

/** A whole comparison as the editor makes it, in a process of its own. */
interface WholeComparison {
  readonly scanMs: number;
  /** The longest time, in milliseconds, for which this thread answered nothing. */
  readonly scanBlockedMs: number;
  readonly diffMs: number;
  readonly diffBlockedMs: number;
  readonly peakMb: number;
}

async function measureParts(wanted: ReadonlySet<Part>): Promise<void> {
  if (wanted.has('comparing') || wanted.has('saving')) await measureContent(wanted);
  if (wanted.has('loading')) loading();
}

async function measureContent(wanted: ReadonlySet<Part>): Promise<void> {
  const postgres = await startPostgres();
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  const root = mkdtempSync(join(tmpdir(), 'sync-bench-'));
  try {
    await client.query(readSchema());
    const compared: [number, readonly WholeComparison[]][] = [];
    for (const count of wanted.has('comparing') ? [few, many] : [many]) {
      writeContentProject(root, count);
      const sync = new ContentLocalSync(await openedProject(root, postgres.url), context);
      await sync.apply(sync.plan(await sync.diff(), { direction: 'to-db' }));
      if (wanted.has('comparing'))
        compared.push([count, Array.from({ length: 5 }, () => compareInProcess(root, postgres.url))]);
    }
    if (wanted.has('comparing')) printComparisons(compared);
    if (wanted.has('saving')) await oneSavedFile(root, postgres.url);
  } finally {
    await client.end();
    await postgres.stop();
    rmSync(root, { recursive: true, force: true });
  }
}

function openedProject(root: string, url: string) {
  return discoverProject({ start: root, env: {}, databaseUrl: url });
}

/** Nothing is known from an earlier scan. */
function compareInProcess(root: string, url: string): WholeComparison {
  rmSync(join(root, '.systemprompt', 'sync', 'cache'), { recursive: true, force: true });
  const script = process.argv[1] ?? '';
  return JSON.parse(
    execFileSync(process.execPath, [script, 'compare', root, url], { encoding: 'utf8' }),
  ) as WholeComparison;
}

async function compareInThread(root: string, url: string): Promise<WholeComparison> {
  const scanner = new WorkerScanner(scanWorker, root);
  const [group] = groupSources(await readContentConfig(join(root, 'services'), root));
  if (!group) throw new Error('The project has no source.');
  const project = await openedProject(root, url);
  // The editor has it bundled, which takes a quarter of the time to load.
  await import('pg');
  const scan = await timed(() => scanner.scan(group, context));
  const diff = await timed(() => new ContentLocalSync(project, context, { scan: scanner.scan }).diff());
  await scanner.dispose();
  return {
    scanMs: scan.ms,
    scanBlockedMs: scan.blockedMs,
    diffMs: diff.ms,
    diffBlockedMs: diff.blockedMs,
    peakMb: process.resourceUsage().maxRSS / 1024,
  };
}

async function timed(run: () => Promise<unknown>): Promise<{ ms: number; blockedMs: number }> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const start = performance.now();
  await run();
  const ms = performance.now() - start;
  delay.disable();
  return { ms, blockedMs: delay.max / 1e6 };
}

function printComparisons(compared: readonly (readonly [number, readonly WholeComparison[]])[]): void {
  printTable(
    'Whole comparison with a scanning thread, five processes each: medians; of the longest time in which the main thread ' +
      'answered nothing, and of memory, the most of the five',
    [
      'files and rows',
      'cold scan, ms',
      'µs per file',
      'blocked, ms',
      'comparison, ms',
      'blocked, ms',
      'peak, MB',
      'goal',
    ],
    compared.map(([count, runs]) => {
      const scanMs = median(runs.map((run) => run.scanMs));
      return [
        String(count),
        scanMs.toFixed(0),
        ((scanMs * 1000) / count).toFixed(0),
        Math.max(...runs.map(({ scanBlockedMs }) => scanBlockedMs)).toFixed(0),
        median(runs.map(({ diffMs }) => diffMs)).toFixed(0),
        Math.max(...runs.map(({ diffBlockedMs }) => diffBlockedMs)).toFixed(0),
        Math.max(...runs.map(({ peakMb }) => peakMb)).toFixed(0),
        'blocked ≤ 50, peak ≤ 350',
      ];
    }),
  );
}

/** What follows a save in the editor, beside what a connection alone costs, and beside comparing everything. */
async function oneSavedFile(root: string, url: string): Promise<void> {
  const project = await openedProject(root, url);
  const scanner = new WorkerScanner(scanWorker, root);
  const sync = new ContentLocalSync(project, context, { scan: scanner.scan });
  const path = 'services/content/docs/part7/page7.md';
  const size = statSync(join(root, path)).size;
  let shown = await sync.diff();
  const save = () => appendFileSync(join(root, path), 'One more line.\n');
  await measure(`One saved file among ${many}`, [
    {
      name: 'a connection and one query',
      run: async () => {
        const client = new Client({ connectionString: url });
        await client.connect();
        await client.query('SELECT 1');
        await client.end();
      },
    },
    {
      name: 'project, comparison, tree, counts',
      reset: save,
      run: async () => {
        shown = await new ContentLocalSync(await openedProject(root, url), context, {
          scan: scanner.scan,
        }).update(shown, [path]);
        show(shown);
      },
      anchor: 'a connection and one query',
      goal: '≤ 50 ms more',
    },
    { name: 'of that tree, counts, folders', run: () => show(shown) },
    {
      name: 'everything compared',
      reset: save,
      run: () => sync.diff(),
      anchor: 'a connection and one query',
    },
  ]);
  truncateSync(join(root, path), size);
  await scanner.dispose();
}

function show(diff: Awaited<ReturnType<ContentLocalSync['diff']>>): void {
  const tree = buildTree(diff);
  keepExisting(new Set(tree.flatMap(({ children }) => children.map(({ id }) => id))), tree);
  contentFolders(diff);
  // The badge and the status bar each count.
  countDirections(diff);
  countDirections(diff);
}

function loading(): void {
  const runs = Array.from({ length: 5 }, () => {
    const printed = execFileSync(process.execPath, [join('bench', 'loadExtension.mjs')], {
      encoding: 'utf8',
    });
    return JSON.parse(printed) as { loadMs: number; activateMs: number };
  });
  printTable(
    'Before anything is asked for, in a process without the editor (its API a stand-in)',
    ['what', 'value', 'goal'],
    [
      ['load dist/extension.js, ms', median(runs.map(({ loadMs }) => loadMs)).toFixed(0), ''],
      ['activate, ms', median(runs.map(({ activateMs }) => activateMs)).toFixed(1), 'both < 60'],
      ['dist/extension.js with all that it imports at once, kB', (bytesAtOnce() / 1000).toFixed(0), '< 250'],
    ],
  );
}

/** Of the entry and of the chunks that it imports statically: the others are read on first use. */
function bytesAtOnce(file = 'extension.js', seen = new Set<string>()): number {
  if (seen.has(file)) return 0;
  seen.add(file);
  const text = readFileSync(join('dist', file), 'utf8');
  const imports = text.matchAll(/\b(?:from|import)"\.\/([^"]+)"/g);
  const others = [...imports].map(([, name]) => join(dirname(file), name ?? ''));
  return Buffer.byteLength(text) + others.reduce((sum, other) => sum + bytesAtOnce(other, seen), 0);
}
