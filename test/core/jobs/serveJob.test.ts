import { Client } from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createJobHistory } from '../../../src/core/jobs/jobHistory';
import type { RunRecord } from '../../../src/core/jobs/runRecord';
import type { RunTask } from '../../../src/core/jobs/runTask';
import { serveJob } from '../../../src/core/jobs/serveJob';
import { quietContext } from '../../../src/core/ports';
import { requireDatabase } from '../../../src/core/project/discoverProject';
import { openStateDirectory } from '../../../src/core/state/stateDirectory';
import { createJobProject, nothingToDo, scheduledJob, type JobProject } from './jobEnvironment';
import { steppedClock } from './steppedClock';

const start = Date.UTC(2026, 2, 29, 0, 59, 30);
const at = (text: string) => `2026-03-29T${text}.000Z`;
const minute = 60_000;

interface Served {
  readonly clock: ReturnType<typeof steppedClock>;
  readonly runs: RunRecord[];
  readonly logged: string[];
  /** Stops it and waits until it has returned. */
  readonly stop: () => Promise<void>;
}

interface ServeOptions {
  readonly schedule?: string;
  readonly catchUp?: boolean;
  readonly from?: number;
  readonly run?: RunTask;
  readonly retries?: number;
}

async function serve(jobProject: JobProject, options: ServeOptions = {}): Promise<Served> {
  const {
    schedule = '0 * * * * *',
    catchUp = false,
    from = start,
    run = async () => nothingToDo,
    retries = 0,
  } = options;
  const clock = steppedClock(from);
  const stop = new AbortController();
  const runs: RunRecord[] = [];
  const logged: string[] = [];
  const logger = {
    trace() {},
    debug() {},
    info() {},
    warn: (text: string) => void logged.push(text),
    error() {},
  };
  const serving = serveJob(
    {
      target: requireDatabase(jobProject.project),
      context: quietContext({ signal: stop.signal, now: () => clock.now(), logger }),
      clock,
      run,
      history: createJobHistory(openStateDirectory(jobProject.root)),
      onRun: (record) => runs.push(record),
    },
    await scheduledJob(schedule, { catchUp, retries }),
  );
  let ended = false;
  const end = async () => {
    if (ended) return;
    ended = true;
    stop.abort();
    await serving;
  };
  onTestFinished(end);
  return { clock, runs, logged, stop: end };
}

const dueOf = (runs: readonly RunRecord[]) => runs.map(({ due }) => due);

async function rowOf({ db }: JobProject) {
  const [row] = await db.query<Record<string, unknown>>(
    `SELECT schedule, enabled, last_status, last_error, run_count, to_char(next_run AT TIME ZONE 'UTC', 'HH24:MI:SS') AS next_run,
       to_char(last_run AT TIME ZONE 'UTC', 'HH24:MI:SS') AS last_run FROM scheduled_jobs WHERE job_name = 'content_sync'`,
  );
  return row;
}

describe('serveJob', () => {
  it('runs every tick at its time, through the hour that a local clock leaves out', async () => {
    const project = await createJobProject();
    const { clock, runs, stop } = await serve(project);
    await clock.advance(2 * minute + 31_000);
    await stop();
    expect(dueOf(runs)).toEqual([at('01:00:00'), at('01:01:00'), at('01:02:00')]);
    expect(await rowOf(project)).toEqual({
      schedule: '0 * * * * *',
      enabled: true,
      last_status: 'success',
      last_error: null,
      run_count: 3,
      last_run: '01:02:00',
      next_run: '01:03:00',
    });
  });

  it.each([
    [false, [at('01:00:00'), at('05:01:00')], ['schedule', 'schedule']],
    [true, [at('01:00:00'), at('05:00:00'), at('05:01:00')], ['schedule', 'catchUp', 'schedule']],
  ])('after sleeping through hours of ticks, with catching up %s', async (catchUp, due, triggers) => {
    const project = await createJobProject();
    const { clock, runs, stop } = await serve(project, { catchUp });
    await clock.advance(minute);
    await clock.jump(4 * 60 * minute);
    await clock.advance(minute);
    await stop();
    expect(dueOf(runs)).toEqual(due);
    expect(runs.map(({ trigger }) => trigger)).toEqual(triggers);
  });

  it('does not run ticks of each second that it slept through, one by one', async () => {
    const project = await createJobProject();
    const { clock, runs, stop } = await serve(project, { schedule: '* * * * * *' });
    await clock.advance(2_000);
    await clock.jump(60_000);
    await clock.advance(1_000);
    await stop();
    expect(dueOf(runs)).toEqual([
      at('00:59:30'),
      at('00:59:31'),
      at('00:59:32'),
      at('01:00:32'),
      at('01:00:33'),
    ]);
  });

  it('repeats no tick when the clock is set back a little, and goes on when it is set back far', async () => {
    const project = await createJobProject();
    const { clock, runs, stop } = await serve(project);
    await clock.advance(minute);
    await clock.jump(-40_000);
    await clock.advance(minute);
    expect(dueOf(runs)).toEqual([at('01:00:00')]);
    await clock.jump(-30 * minute);
    await clock.advance(2 * minute);
    await stop();
    expect(dueOf(runs)).toEqual([at('01:00:00'), at('00:31:00'), at('00:32:00')]);
  });

  it("respects the server's lock held by hand, and does not run the tick that the server ran", async () => {
    const project = await createJobProject();
    const server = new Client({ connectionString: project.db.url });
    await server.connect();
    await server.query("SELECT pg_advisory_lock(hashtext('content_sync'))");
    const { clock, runs, stop } = await serve(project);
    await clock.advance(32_000);
    expect(runs).toEqual([]);
    await server.query(
      `UPDATE scheduled_jobs SET last_run = '${at('01:00:00.021').replace('.000Z', '456Z')}', last_status = 'success',
         run_count = run_count + 1, updated_at = now() WHERE job_name = 'content_sync'`,
    );
    await server.end();
    await clock.advance(minute);
    await stop();
    expect(dueOf(runs)).toEqual([at('01:01:00')]);
  });

  it("runs a tick within moments when the server's lock becomes free without a run", async () => {
    const project = await createJobProject();
    const server = new Client({ connectionString: project.db.url });
    await server.connect();
    await server.query("SELECT pg_advisory_lock(hashtext('content_sync'))");
    const { clock, runs, stop } = await serve(project);
    await clock.advance(31_000);
    await server.end();
    await clock.advance(3_000);
    await stop();
    expect(dueOf(runs)).toEqual([at('01:00:00')]);
  });

  it('sets a run right that died before, and does not run its tick again', async () => {
    const project = await createJobProject();
    await project.db.query(
      `INSERT INTO scheduled_jobs (id, job_name, schedule, last_status, last_run, updated_at, next_run, run_count)
       VALUES ('a', 'content_sync', '0 * * * * *', 'running', '${at('00:50:00')}', '${at('00:50:00')}', '${at('00:50:00')}', 4)`,
    );
    const { clock, runs, logged, stop } = await serve(project);
    await clock.advance(1_000);
    expect(await rowOf(project)).toMatchObject({
      last_status: 'failed',
      last_error: 'The process that ran it ended before it had finished.',
      next_run: '01:00:00',
      run_count: 4,
    });
    expect(logged).toEqual([expect.stringContaining('has died')]);
    await clock.advance(minute);
    await stop();
    expect(dueOf(runs)).toEqual([at('01:00:00')]);
  });

  it('shares one tick among several, however much later the others come', async () => {
    const project = await createJobProject();
    const first = await serve(project);
    const second = await serve(project);
    await first.clock.advance(31_000);
    await second.clock.advance(33_000);
    await Promise.all([first.stop(), second.stop()]);
    expect(dueOf([...first.runs, ...second.runs])).toEqual([at('01:00:00')]);
  });

  it('does not run while it is paused, and makes up for nothing when it goes on', async () => {
    const project = await createJobProject();
    const { clock, runs, stop } = await serve(project, { catchUp: true });
    await project.service().setPaused('content_sync', true);
    await clock.advance(2 * minute);
    expect(runs).toEqual([]);
    await project.service().setPaused('content_sync', false);
    await clock.advance(minute);
    await stop();
    expect(dueOf(runs)).toEqual([at('01:02:00')]);
  });

  it('calls a run with errors failed, says them in the row, and goes on', async () => {
    const project = await createJobProject();
    const { clock, runs, stop } = await serve(project, {
      run: async () => ({ ...nothingToDo, items_synced: 3, errors: ['blog/a: refused'] }),
    });
    await clock.advance(2 * minute);
    await stop();
    expect(runs.map(({ status, items_synced, errors }) => ({ status, items_synced, errors }))).toEqual([
      { status: 'failed', items_synced: 3, errors: ['blog/a: refused'] },
      { status: 'failed', items_synced: 3, errors: ['blog/a: refused'] },
    ]);
    expect(await rowOf(project)).toMatchObject({ last_status: 'failed', last_error: 'blog/a: refused' });
  });

  it('waits for a database connection that was cut, and loses no tick', async () => {
    const project = await createJobProject();
    const { clock, runs, stop } = await serve(project);
    await clock.advance(20_000);
    await project.db.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'systemprompt-sync jobs' AND datname = current_database()",
    );
    await clock.advance(15_000);
    await stop();
    expect(dueOf(runs)).toEqual([at('01:00:00')]);
  });

  it('leaves the tick open when it is stopped in the middle of it', async () => {
    const project = await createJobProject();
    let tellBegun = (): void => undefined;
    const begun = new Promise<void>((resolve) => (tellBegun = resolve));
    const { clock, runs, stop } = await serve(project, {
      run: (_task, { signal }) => {
        tellBegun();
        return new Promise((_, reject) =>
          signal?.addEventListener('abort', () => reject(new Error('stopped'))),
        );
      },
    });
    const moving = clock.advance(31_000);
    await begun;
    await stop();
    void moving;
    expect(runs).toMatchObject([{ status: 'cancelled', due: at('01:00:00') }]);
    expect(await rowOf(project)).toMatchObject({ last_status: 'failed', next_run: '01:00:00' });
    const next = await serve(project, { from: Date.parse(at('01:00:00')) });
    await next.clock.advance(500);
    await next.stop();
    expect(dueOf(next.runs)).toEqual([at('01:00:00')]);
  });

  it('ends with the reason where the table is missing', async () => {
    const project = await createJobProject();
    await project.db.query('DROP TABLE scheduled_jobs');
    await project.writeJobs('jobs:\n  - {name: content_sync, schedule: "0 * * * * *"}\n');
    await expect(project.service().serve()).rejects.toMatchObject({
      code: 'database',
      message: expect.stringContaining('scheduled_jobs') as string,
    });
  });
});
