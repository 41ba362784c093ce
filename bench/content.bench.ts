import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { readSchema } from '../demo/schema/readSchema.mjs';
import { startPostgres } from '../scripts/postgres.mjs';
import { groupSources, readContentConfig } from '../src/core/content/config/contentConfig';
import { ContentFiles } from '../src/core/content/contentFiles';
import { ContentLocalSync } from '../src/core/content/contentLocalSync';
import { versionHash } from '../src/core/content/contentDigest';
import { createGroupScanner } from '../src/core/content/scan/groupScanner';
import { scanGroup } from '../src/core/content/scan/scanSource';
import { quietContext } from '../src/core/ports';
import { discoverProject } from '../src/core/project/discoverProject';
import { openStateDirectory } from '../src/core/state/stateDirectory';
import { walkAndStat, walkReadSplitHash, walkReadSplitHashBytes, writeContentProject } from './contentFiles';
import { startDelayProxy } from './delayProxy.mjs';
import { askedParts, measure, printTable } from './measure';

const files = 5_000;
const oneWayMs = 15;
const sampledRows = 100;
const context = quietContext();
const root = mkdtempSync(join(tmpdir(), 'sync-bench-'));
const postgres = await startPostgres();
const proxy = await startDelayProxy({ port: postgres.port, delayMs: oneWayMs });
const client = new Client({ connectionString: postgres.url });
await client.connect();
try {
  writeContentProject(root, files);
  await client.query(readSchema());
  const asked = askedParts(['disk', 'push', 'comparison']);
  if (asked.has('disk')) await disk();
  if (asked.has('push')) {
    await push('on loopback', postgres.url, 3);
    await push(`at ${2 * oneWayMs} ms round trip`, throughProxy(postgres.url), 100);
  }
  if (asked.has('comparison')) await comparison();
} finally {
  await client.end();
  await proxy.close();
  await postgres.stop();
  rmSync(root, { recursive: true, force: true });
}

function throughProxy(url: string): string {
  const delayed = new URL(url);
  delayed.port = String(proxy.port);
  return delayed.href;
}

async function docsGroup() {
  const [group] = groupSources(await readContentConfig(join(root, 'services'), root));
  if (!group) throw new Error('The project has no source.');
  return group;
}

async function disk(): Promise<void> {
  const group = await docsGroup();
  const warm = createGroupScanner(openStateDirectory(root));
  await warm(group, context);
  await measure(`Disk side, ${files} files`, [
    { name: 'walk + stat', run: () => walkAndStat(root) },
    { name: 'walk + read + split + SHA-256', run: () => walkReadSplitHash(root) },
    {
      name: 'the same on bytes',
      run: () => walkReadSplitHashBytes(root),
      anchor: 'walk + read + split + SHA-256',
    },
    {
      name: 'ours, cold',
      run: () => scanGroup(group, { projectRoot: root, context }),
      anchor: 'walk + read + split + SHA-256',
      goal: '≤ 2.5',
    },
    { name: 'ours, nothing changed', run: () => warm(group, context), anchor: 'walk + stat', goal: '≤ 1.3' },
    {
      name: 'ours, nothing changed, new process',
      run: () => createGroupScanner(openStateDirectory(root))(group, context),
      anchor: 'walk + stat',
    },
  ]);
}

/** Per row, because one statement per row over a distant connection would take minutes for all of them. */
async function push(where: string, url: string, goal: number): Promise<void> {
  const project = await discoverProject({ start: root, env: {}, databaseUrl: url });
  const sync = new ContentLocalSync(project, context);
  const empty = () => client.query('TRUNCATE markdown_content CASCADE');
  await empty();
  const plan = sync.plan(await sync.diff(), { direction: 'to-db' });
  const ours: number[] = [];
  const single: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    await empty();
    const turnsBefore = await proxy.turns();
    const start = performance.now();
    await sync.apply(plan);
    ours.push((performance.now() - start) / files);
    if (round === 0 && url !== postgres.url)
      console.log(`\nRound trips of one push: ${(await proxy.turns()) - turnsBefore}`);
    await empty();
    single.push(await oneStatementPerRow(url));
  }
  const [own, other] = [ours, single].map((values) => values.sort((a, b) => a - b)[2] ?? 0);
  printTable(
    `to-db of ${files} new items, ${where}`,
    ['what', 'ms per row', 'times faster', 'goal'],
    [
      ['one statement per row', (other ?? 0).toFixed(3), '', ''],
      [
        'ours, with reading, checks and base',
        (own ?? 0).toFixed(3),
        ((other ?? 0) / (own ?? 1)).toFixed(1),
        `≥ ${goal}`,
      ],
    ],
  );
}

/** The sequential way: read a file, insert its row, go on. Milliseconds per row; finding files and connecting is not in it. */
async function oneStatementPerRow(url: string): Promise<number> {
  const group = await docsGroup();
  const config = await readContentConfig(join(root, 'services'), root);
  const reader = new ContentFiles(config, root);
  const { items } = await createGroupScanner(openStateDirectory(root))(group, context);
  const connection = new Client({ connectionString: url });
  await connection.connect();
  try {
    const start = performance.now();
    for (const file of items.slice(0, sampledRows)) {
      const item = reader.read(file);
      if (!item) continue;
      const { fields } = item;
      await connection.query(
        `INSERT INTO markdown_content (id, slug, locale, source_id, title, description, body, author, published_at, keywords,
                                       kind, image, category_id, public, links, version_hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
        [
          randomUUID(),
          item.slug,
          item.locale,
          item.sourceId,
          fields.title,
          fields.description,
          fields.body,
          fields.author,
          fields.published_at,
          fields.keywords,
          fields.kind,
          fields.image,
          fields.category_id,
          fields.public,
          JSON.stringify(fields.links),
          versionHash(fields),
        ],
      );
    }
    return (performance.now() - start) / sampledRows;
  } finally {
    await connection.end();
  }
}

async function comparison(): Promise<void> {
  const project = await discoverProject({ start: root, env: {}, databaseUrl: postgres.url });
  const sync = new ContentLocalSync(project, context);
  await client.query('TRUNCATE markdown_content CASCADE');
  await sync.apply(sync.plan(await sync.diff(), { direction: 'to-db', override: true }));
  await measure(`Whole comparison, ${files} files and rows, equal`, [
    { name: 'all columns of all rows', run: () => client.query('SELECT * FROM markdown_content') },
    { name: 'ours, nothing changed', run: () => sync.diff(), anchor: 'all columns of all rows' },
  ]);
  console.log(`\nPeak memory of this process: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
}
