import { Client } from 'pg';
import { parseDatabaseUrl } from '../../../../src/core/database/databaseTarget';
import { parseSchedule } from '../../../../src/core/jobs/cronSchedule';
import { systemClock } from '../../../../src/core/jobs/jobClock';
import { createJobHistory } from '../../../../src/core/jobs/jobHistory';
import { serveJob } from '../../../../src/core/jobs/serveJob';
import { quietContext } from '../../../../src/core/ports';
import { openStateDirectory } from '../../../../src/core/state/stateDirectory';

/** Serves one job of a tick each second, and notes in `ticks` what it begins and what it has done. */
const [url = '', root = '', workMs = '0'] = process.argv.slice(2);
const notes = new Client({ connectionString: url });
await notes.connect();
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
process.stdout.write('ready\n');
const serving = serveJob(
  {
    target: parseDatabaseUrl(url, 'test'),
    context: quietContext({ signal: stop.signal }),
    clock: systemClock(Date.now),
    history: createJobHistory(openStateDirectory(root)),
    async run() {
      const { rows } = await notes.query<{ id: string }>(
        `INSERT INTO ticks (due, pid) SELECT next_run, $1 FROM scheduled_jobs WHERE job_name = 'content_sync' RETURNING id`,
        [process.pid],
      );
      await new Promise((resolve) => setTimeout(resolve, Number(workMs)));
      await notes.query('UPDATE ticks SET done = true WHERE id = $1', [rows[0]?.id]);
      return {
        operation: 'content_to_db',
        success: true,
        items_synced: 0,
        items_skipped: 0,
        errors: [],
        details: null,
        state: { kind: 'completed' },
        plan_id: '',
        warnings: [],
      };
    },
  },
  {
    task: {
      name: 'content_sync',
      parameters: { direction: 'to-db', deleteOrphans: false, overrideExisting: false, sources: [] },
    },
    schedule: await parseSchedule('* * * * * *'),
    enabled: true,
    catchUp: false,
    timeoutMs: 30_000,
    retries: 0,
  },
);
await serving;
await notes.end();
