import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What the pages say: this project's own documentation, because words at random neither compress nor differ as prose does.
 * Real pages have 1.5 to 15 kB, half of them less than 5.
 */
const paragraphs = readdirSync('docs')
  .sort()
  .flatMap((name) => readFileSync(join('docs', name), 'utf8').split(/\n\s*\n/));
const words = paragraphs.join(' ').match(/\b[a-z]+\b/g) ?? [];

/** A project with one source of markdown files like those of real projects, the same on every machine. */
export function writeContentProject(root: string, count: number): void {
  const random = generator();
  const content = join(root, 'services', 'content');
  mkdirSync(join(root, '.systemprompt', 'sync'), { recursive: true });
  mkdirSync(content, { recursive: true });
  writeFileSync(
    join(content, 'config.yaml'),
    'content_sources:\n  docs:\n    path: content/docs\n    source_id: docs\n    category_id: docs\n    enabled: true\n' +
      'categories:\n  docs: { name: Docs }\n',
  );
  const old = new Date('2026-01-01T00:00:00Z');
  for (let index = 0; index < count; index += 1) {
    const folder = join(content, 'docs', `part${index % 50}`);
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `page${index}.md`);
    writeFileSync(path, page(index, random));
    // Scans do not believe what was written a moment ago; these files are to be ordinary ones.
    utimesSync(path, old, old);
  }
}

function page(index: number, random: () => number): string {
  const text = (length: number) =>
    Array.from({ length }, () => words[Math.floor(random() * words.length)]).join(' ');
  const frontmatter = [
    `title: "${text(5)}"`,
    `description: "${text(15)}"`,
    'author: "The harbour team"',
    `slug: "page-${index}"`,
    `keywords: "${text(6)}"`,
    'kind: "guide"',
    'public: true',
    'tags: ["one", "two", "three"]',
    'published_at: "2026-03-31"',
    'related_docs:',
    `  - title: "${text(3)}"`,
    '    url: "/documentation/first"',
    `  - title: "${text(3)}"`,
    '    url: "/documentation/second"',
  ];
  const body = prose(1_500 + 12_000 * random() ** 2, random);
  return `---\n${frontmatter.join('\n')}\n---\n\n# ${text(4)}\n\n${body}\n`;
}

/** A run of the documentation, from any paragraph on: it keeps to a subject, as a page does. */
function prose(length: number, random: () => number): string {
  const taken: string[] = [];
  let next = Math.floor(random() * paragraphs.length);
  for (let taking = 0; taking < length; next += 1) {
    const paragraph = paragraphs[next % paragraphs.length] ?? '';
    taken.push(paragraph);
    taking += paragraph.length + 2;
  }
  return taken.join('\n\n');
}

function generator(): () => number {
  let seed = 1;
  return () => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fff_ffff;
    return seed / 0x7fff_ffff;
  };
}

function* filesBelow(directory: string): Generator<string> {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

/** The least that a comparison by stamp has to do. */
export function walkAndStat(root: string): void {
  for (const path of filesBelow(join(root, 'services', 'content', 'docs'))) statSync(path);
}

/** The least that a comparison by content has to do: walk, read, split off the frontmatter, hash. */
export function walkReadSplitHash(root: string): void {
  for (const path of filesBelow(join(root, 'services', 'content', 'docs'))) {
    const text = readFileSync(path, 'utf8');
    const body = text.slice(text.indexOf('\n---', 3) + 4);
    createHash('sha256').update(body).digest('hex');
  }
}

/** The same on bytes that nobody decodes: faster where a page holds a character that is not ASCII, as most do. */
export function walkReadSplitHashBytes(root: string): void {
  for (const path of filesBelow(join(root, 'services', 'content', 'docs'))) {
    const bytes = readFileSync(path);
    createHash('sha256')
      .update(bytes.subarray(bytes.indexOf('\n---', 3) + 4))
      .digest('hex');
  }
}
