import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerGeneration } from '../../../../demo/schema/readSchema.mjs';
import type { DatabaseDetails } from '../../../../src/core/database/sync/databaseOutcome';
import {
  DatabaseSyncService,
  type DatabaseSyncSettings,
} from '../../../../src/core/database/sync/databaseSyncService';
import type { DatabaseSyncOptions } from '../../../../src/core/database/sync/syncOptions';
import type { SyncOperationResult } from '../../../../src/core/models/operation';
import { quietContext, type RunContext } from '../../../../src/core/ports';
import { discoverProject, type Project } from '../../../../src/core/project/discoverProject';
import { createTestDatabase, type TestDatabase } from '../../../support/database';

export interface DatabasePairProject {
  readonly root: string;
  readonly local: TestDatabase;
  readonly cloud: TestDatabase;
  readonly project: Project;
  service(context?: Partial<RunContext>, settings?: Partial<DatabaseSyncSettings>): DatabaseSyncService;
  sync(options: DatabaseSyncOptions): Promise<SyncOperationResult<DatabaseDetails>>;
  dispose(): Promise<void>;
}

/** A project in a folder of its own, between two new databases. */
export async function createDatabasePair(
  generations: { readonly local?: ServerGeneration; readonly cloud?: ServerGeneration } = {},
): Promise<DatabasePairProject> {
  const root = await mkdtemp(join(tmpdir(), 'sync-database-'));
  await mkdir(join(root, '.systemprompt'), { recursive: true });
  await mkdir(join(root, 'services'));
  const [local, cloud] = await Promise.all([
    createTestDatabase({ schema: ['users'], generation: generations.local ?? '0.12' }),
    createTestDatabase({ schema: ['users'], generation: generations.cloud ?? '0.12' }),
  ]);
  const project = await projectOf(root, local.url, cloud.url);
  const service: DatabasePairProject['service'] = (context, settings) =>
    new DatabaseSyncService({ project, context: quietContext(context), ...settings });
  return {
    root,
    local,
    cloud,
    project,
    service,
    sync: (options) => service().sync(options, async () => ({})),
    async dispose() {
      await Promise.all([local.drop(), cloud.drop()]);
      await rm(root, { recursive: true, force: true });
    },
  };
}

export function projectOf(root: string, local: string, cloud: string): Promise<Project> {
  return discoverProject({ start: root, env: {}, databaseUrl: local, cloudDatabaseUrl: cloud });
}

export interface UserRow {
  readonly id: string;
  readonly name?: string;
  readonly email?: string;
  readonly full_name?: string | null;
  readonly status?: string;
  readonly roles?: readonly string[];
  readonly is_bot?: boolean;
  readonly is_scanner?: boolean;
  readonly updated_at?: string;
}

export async function addUser(db: TestDatabase, { id, ...row }: UserRow): Promise<void> {
  const values = {
    name: `name ${id}`,
    email: `${id}@example.test`,
    full_name: null,
    updated_at: '2026-01-01T00:00:00Z',
    ...row,
  };
  const names = Object.keys(values);
  await db.query(
    `INSERT INTO users (id, ${names.join(', ')}) VALUES ($1, ${names.map((_, index) => `$${index + 2}`).join(', ')})`,
    [id, ...Object.values(values)],
  );
}

export async function addContext(
  db: TestDatabase,
  id: string,
  owner: string,
  name = `context ${id}`,
): Promise<void> {
  await db.query('INSERT INTO user_contexts (context_id, user_id, name) VALUES ($1, $2, $3)', [
    id,
    owner,
    name,
  ]);
}

/** Everything that a sync may write, as one comparable value. `updated_at` of contexts is the trigger's. */
export async function contents(db: TestDatabase): Promise<{ users: unknown[]; contexts: unknown[] }> {
  const users = await db.query(
    `SELECT to_jsonb(u) - 'created_at' AS row FROM users u ORDER BY id COLLATE "C"`,
  );
  const contexts = await db.query(
    `SELECT to_jsonb(c) - 'created_at' - 'updated_at' AS row FROM user_contexts c ORDER BY context_id COLLATE "C"`,
  );
  return {
    users: users.map(({ row }) => row as unknown),
    contexts: contexts.map(({ row }) => row as unknown),
  };
}
