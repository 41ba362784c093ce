import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { prepareDemo } from '../../../demo/prepare.mjs';
import { createTestDatabase } from '../../support/database';
import type { TestDatabase } from '../../support/database';

export interface DemoWorkspace {
  /** A copy of the sample project, drifted apart from its database in every way. */
  readonly directory: string;
  readonly database: TestDatabase;
  remove(): Promise<void>;
}

/** The project and database that `npm start` shows, of their own for one test file. */
export async function createDemoWorkspace(): Promise<DemoWorkspace> {
  const parent = await realpath(await mkdtemp(path.join(tmpdir(), 'sync-workspace-')));
  const directory = path.join(parent, 'harbour');
  const database = await createTestDatabase({ schema: [] });
  await prepareDemo({ directory, databaseUrl: database.url });
  return {
    directory,
    database,
    async remove() {
      await database.drop();
      await rm(parent, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}
