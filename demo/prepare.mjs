// Lays out the sample project beside a database, and lets the two drift apart in every way that the tree can show.
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { readSchema } from './schema/readSchema.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const cli = join(here, '..', 'dist', 'cli.js');
const run = promisify(execFile);

/**
 * @param {{ directory: string, databaseUrl: string }} options the directory is created; the database must be empty
 * @returns {Promise<{ directory: string }>}
 */
export async function prepareDemo({ directory, databaseUrl }) {
  await layOutProject(directory, databaseUrl);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await createTables(client);
    // The first sync is our own: it leaves the base that tells later who changed what.
    await run(process.execPath, [cli, 'content', 'to-db', '--yes', '--project', directory]);
    await cp(join(here, 'jobs.yaml'), join(directory, '.systemprompt', 'sync', 'jobs.yaml'));
    await run(process.execPath, [cli, 'acl', 'apply', '--yes', '--project', directory]);
    await driftInDatabase(client);
    await driftInRules(client);
  } finally {
    await client.end();
  }
  await driftOnDisk(join(directory, 'services', 'content'));
  await driftInRuleFile(join(directory, 'services', 'access-control', 'config.yaml'));
  return { directory };
}

async function layOutProject(directory, databaseUrl) {
  await mkdir(directory, { recursive: true });
  await cp(join(here, 'project'), directory, { recursive: true });
  const secrets = join(directory, '.systemprompt', 'profiles', 'local', 'secrets.json');
  await writeFile(secrets, JSON.stringify({ database_url: databaseUrl }, null, 2), { mode: 0o600 });
}

async function createTables(client) {
  await client.query(readSchema());
}

async function driftInDatabase(client) {
  // Changed in the database alone.
  await client.query(
    `UPDATE markdown_content SET keywords = 'agents, start, beginner' WHERE slug = 'first-agent'`,
  );
  // Changed on both sides: the file follows below.
  await client.query(
    `UPDATE markdown_content SET title = 'Storm report, revised' WHERE slug = 'storm-report'`,
  );
  // Deleted in the database, and still on disk.
  await client.query(`DELETE FROM markdown_content WHERE slug = 'backups'`);
  // Written by an editor in the database alone.
  await client.query(
    `INSERT INTO markdown_content (id, slug, locale, source_id, title, description, body, author, published_at, keywords, kind, category_id, version_hash)
     VALUES (gen_random_uuid()::text, 'tide-tables', 'en', 'guides', 'Tide tables', 'When to sail.', 'High water is at noon.', 'Harbour Team',
             '2026-05-02T00:00:00Z', 'tides', 'guide', 'guides', '')`,
  );
  // A row that no file can hold: its date has a time of day.
  await client.query(
    `INSERT INTO markdown_content (id, slug, locale, source_id, title, description, body, author, published_at, keywords, kind, category_id, version_hash)
     VALUES (gen_random_uuid()::text, 'live-ticker', 'en', 'blog', 'Live ticker', 'As it happens.', 'Nothing happens.', 'Harbour Team',
             '2026-05-02T14:30:00Z', '', 'blog', 'blog', '')`,
  );
  // A slug that another source holds: the file follows below.
  await client.query(
    `INSERT INTO markdown_content (id, slug, locale, source_id, title, description, body, author, published_at, keywords, kind, category_id, version_hash)
     VALUES (gen_random_uuid()::text, 'privacy', 'en', 'legal', 'Privacy', '', 'We keep nothing.', 'Harbour Team', '2026-01-11T00:00:00Z', '', 'page', 'legal', '')`,
  );
}

async function driftInRules(client) {
  // Changed by hand in the database: the file grants it.
  await client.query(
    `UPDATE access_control_rules SET access = 'deny' WHERE entity_id = 'night_watch' AND rule_value = 'admin'`,
  );
  // A rule about one user: no file has a word for it.
  await client.query(
    `INSERT INTO access_control_rules (entity_type, entity_id, rule_type, rule_value, access, justification)
     VALUES ('agent', 'pilot', 'user', 'u-17', 'deny', 'Asked for it')`,
  );
  // Written by a marketplace.
  await client.query(
    `INSERT INTO access_control_entities (entity_type, entity_id, source) VALUES ('plugin', 'almanac', 'marketplace:harbour')`,
  );
  await client.query(
    `INSERT INTO access_control_rules (entity_type, entity_id, rule_type, rule_value) VALUES ('plugin', 'almanac', 'role', 'user')`,
  );
}

/** One role more for the knots, one less for the pilot. */
async function driftInRuleFile(file) {
  await edit(file, 'roles: [harbour_master]', 'roles: [harbour_master, editor]');
  await edit(file, 'roles: [admin, anonymous]', 'roles: [admin]');
}

async function driftOnDisk(content) {
  await edit(
    join(content, 'guides', 'writing-skills.md'),
    'Say what it is for',
    'Say in one line what it is for',
  );
  await edit(
    join(content, 'blog', 'storm-report', 'index.md'),
    'No rope was lost.',
    'One rope was lost, and found again.',
  );
  await edit(
    join(content, 'guides', 'going-live.md'),
    'published_at: "2026-03-22"',
    'published_at: "22 March 2026"',
  );
  await rm(join(content, 'guides', 'old-harbour-map.md'));
  await writePage(join(content, 'blog', 'new-ferry', 'index.md'), 'The new ferry', 'new-ferry', 'blog');
  await writePage(join(content, 'pages', 'privacy.md'), 'Privacy', 'privacy', 'page');
}

async function edit(file, from, to) {
  const text = await readFile(file, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} does not hold "${from}"`);
  await writeFile(file, text.replace(from, to));
}

async function writePage(file, title, slug, kind) {
  await mkdir(dirname(file), { recursive: true });
  const frontmatter = [
    `title: "${title}"`,
    `slug: "${slug}"`,
    `kind: "${kind}"`,
    'author: "Harbour Team"',
    'published_at: "2026-06-01"',
  ];
  await writeFile(file, `---\n${frontmatter.join('\n')}\n---\n\n# ${title}\n\nFresh from the desk.\n`);
}
