import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ServerGeneration } from '../../../demo/schema/readSchema.mjs';
import {
  AccessControlLocalSync,
  type AccessControlOptions,
} from '../../../src/core/accessControl/accessControlLocalSync';
import type { AccessPlanOptions } from '../../../src/core/accessControl/accessPlan';
import type { GuardAnswers } from '../../../src/core/guards';
import { quietContext, type RunContext } from '../../../src/core/ports';
import { discoverProject, type Project } from '../../../src/core/project/discoverProject';
import { createTestDatabase, type TestDatabase } from '../../support/database';

export interface AccessProject {
  readonly root: string;
  readonly db: TestDatabase;
  readonly project: Project;
  sync(context?: Partial<RunContext>, options?: AccessControlOptions): AccessControlLocalSync;
  /** Compares, plans and applies in one go. */
  apply(options?: AccessPlanOptions, answers?: GuardAnswers): ReturnType<AccessControlLocalSync['apply']>;
  /** `path` is below services. */
  write(path: string, text: string): Promise<void>;
  read(path: string): Promise<string>;
  remove(path: string): Promise<void>;
  dispose(): Promise<void>;
}

/** Everything an apply can do. */
export const everything: AccessPlanOptions = { override: true, deleteOrphans: true, prune: true };

/** Past the guard of mass deletions. */
export const anyNumber: GuardAnswers = { allowMassDelete: 1_000_000 };

/** A project in a folder of its own, beside a new database. */
export async function createAccessProject(
  files: Readonly<Record<string, string>> = {},
  generation: ServerGeneration = '0.12',
  databaseUrl?: (url: string) => string,
): Promise<AccessProject> {
  const root = await mkdtemp(join(tmpdir(), 'sync-access-'));
  const db = await createTestDatabase({ schema: ['accessControl'], generation });
  const absolute = (path: string) => join(root, 'services', path);
  const write = async (path: string, text: string) => {
    await mkdir(dirname(absolute(path)), { recursive: true });
    await writeFile(absolute(path), text);
  };
  await mkdir(join(root, '.systemprompt'), { recursive: true });
  await mkdir(absolute('access-control'), { recursive: true });
  for (const [path, text] of Object.entries(files)) await write(path, text);
  const url = databaseUrl ? databaseUrl(db.url) : db.url;
  const project = await discoverProject({ start: root, env: {}, databaseUrl: url });
  const sync = (context?: Partial<RunContext>, options?: AccessControlOptions) =>
    new AccessControlLocalSync(project, quietContext(context), options);
  return {
    root,
    db,
    project,
    sync,
    async apply(options = {}, answers) {
      const service = sync();
      return service.apply(service.plan(await service.diff(), options), answers);
    },
    write,
    read: (path) => readFile(absolute(path), 'utf8'),
    remove: (path) => rm(absolute(path)),
    async dispose() {
      await db.drop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Every role rule as `type/id role access justification`, sorted. */
export async function storedRules(db: TestDatabase): Promise<string[]> {
  const rows = await db.query<{ rule: string }>(
    `SELECT entity_type || '/' || entity_id || ' ' || rule_value || ' ' || access || coalesce(' ' || justification, '') AS rule
       FROM access_control_rules WHERE rule_type = 'role'`,
  );
  return rows.map(({ rule }) => rule).sort();
}

export interface RuleText {
  readonly type?: string;
  readonly id: string;
  readonly roles: readonly string[];
  readonly access?: 'allow' | 'deny';
  readonly justification?: string | null;
  readonly included?: boolean;
}

/** A `rules:` file. */
export function rulesYaml(rules: readonly RuleText[]): string {
  const entries = rules.map(({ type = 'agent', id, roles, access = 'allow', justification, included }) =>
    [
      `  - entity_type: ${type}`,
      `    entity_id: ${JSON.stringify(id)}`,
      `    access: ${access}`,
      ...(included === undefined ? [] : [`    default_included: ${included}`]),
      `    roles: ${JSON.stringify(roles)}`,
      ...(justification === undefined || justification === null
        ? []
        : [`    justification: ${JSON.stringify(justification)}`]),
    ].join('\n'),
  );
  return entries.length === 0 ? 'rules: []\n' : `rules:\n${entries.join('\n')}\n`;
}
