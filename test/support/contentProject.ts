import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ContentLocalSync } from '../../src/core/content/contentLocalSync';
import type { ContentPlanOptions } from '../../src/core/content/contentPlan';
import type { GuardAnswers } from '../../src/core/guards';
import { quietContext, type RunContext } from '../../src/core/ports';
import { discoverProject, type Project } from '../../src/core/project/discoverProject';
import { createTestDatabase, type TestDatabase } from './database';

export interface ContentProject {
  readonly root: string;
  readonly db: TestDatabase;
  readonly project: Project;
  sync(context?: Partial<RunContext>): ContentLocalSync;
  /** Compares, plans and applies in one go. */
  apply(options: ContentPlanOptions, answers?: GuardAnswers): ReturnType<ContentLocalSync['apply']>;
  /** `path` is below services/content. */
  write(path: string, text: string | Uint8Array): Promise<void>;
  read(path: string): Promise<string>;
  remove(path: string): Promise<void>;
  dispose(): Promise<void>;
}

const defaultConfig = `content_sources:
  blog:
    path: content/blog
    source_id: blog
    category_id: blog
    enabled: true
  docs:
    path: content/docs
    source_id: docs
    category_id: docs
    enabled: true
    allowed_content_types: [guide, reference]
categories:
  blog: { name: Blog }
  docs: { name: Docs }
`;

/** A project in a folder of its own, beside a new database. */
export async function createContentProject(
  files: Readonly<Record<string, string>> = {},
  config = defaultConfig,
): Promise<ContentProject> {
  const root = await mkdtemp(join(tmpdir(), 'sync-content-'));
  const db = await createTestDatabase({ schema: ['content'] });
  const absolute = (path: string) => join(root, 'services', 'content', path);
  const write = async (path: string, text: string | Uint8Array) => {
    await mkdir(dirname(absolute(path)), { recursive: true });
    await writeFile(absolute(path), text);
  };
  await mkdir(join(root, '.systemprompt'), { recursive: true });
  await mkdir(absolute('blog'), { recursive: true });
  await mkdir(absolute('docs'), { recursive: true });
  await write('config.yaml', config);
  for (const [path, text] of Object.entries(files)) await write(path, text);
  const project = await discoverProject({ start: root, env: {}, databaseUrl: db.url });
  const sync = (context?: Partial<RunContext>) => new ContentLocalSync(project, quietContext(context));
  return {
    root,
    db,
    project,
    sync,
    async apply(options, answers) {
      const service = sync();
      return service.apply(service.plan(await service.diff(), options), answers);
    },
    write,
    read: (path) => readFile(absolute(path), 'utf8'),
    remove: (path) => rm(absolute(path), { recursive: true }),
    async dispose() {
      await db.drop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

export interface PageOptions {
  readonly slug: string;
  readonly title?: string;
  readonly body?: string;
  readonly kind?: string;
  readonly extra?: string;
}

/** A valid markdown file. */
export function page({
  slug,
  title = 'A page',
  body = 'Text.',
  kind = 'guide',
  extra = '',
}: PageOptions): string {
  return `---
title: "${title}"
slug: "${slug}"
kind: ${kind}
author: Ann
published_at: 2026-01-15
${extra}---

${body}
`;
}
