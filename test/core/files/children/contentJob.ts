import { join } from 'node:path';
import { Client } from 'pg';
import { ContentSyncJob } from '../../../../src/core/jobs/contentSyncJob';
import { quietContext } from '../../../../src/core/ports';
import { discoverProject } from '../../../../src/core/project/discoverProject';
import { writeInOneStep } from '../writeInOneStep';

/** Works as a scheduled job does: after each change of its content file it syncs, and its row must have the change then. */
const [root = '', databaseUrl = '', turns = '0'] = process.argv.slice(2);
const project = await discoverProject({ start: root, env: {}, databaseUrl });
const job = new ContentSyncJob(project, quietContext(), {
  direction: 'to-db',
  deleteOrphans: false,
  overrideExisting: false,
  sources: ['blog'],
});
const rows = new Client({ connectionString: databaseUrl });
await rows.connect();
process.stdout.write('ready\n');
for (let turn = 1; turn <= Number(turns); turn += 1) {
  const head = `---\ntitle: Job\nslug: job\ndescription: d\nauthor: a\nkind: blog\npublished_at: 2024-01-01\n---\n`;
  await writeInOneStep(join(root, 'services/content/blog/job.md'), `${head}\nTurn ${turn}.\n`);
  await job.run();
  const { rows: found } = await rows.query<{ body: string }>(`SELECT body FROM markdown_content`);
  if (found[0]?.body.trim() !== `Turn ${turn}.`)
    throw new Error(`turn ${turn} has not arrived: ${found[0]?.body}`);
}
await rows.end();
