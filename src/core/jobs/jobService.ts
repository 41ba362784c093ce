import type { AccessPlan } from '../accessControl/accessPlan';
import type { ContentPlan } from '../content/contentPlan';
import { describeProblem } from '../describeProblem';
import type { GuardAnswers } from '../guards';
import { withDatabase, type Database } from '../database/connection';
import type { RunContext } from '../ports';
import { requireDatabase, type Project } from '../project/discoverProject';
import { openStateDirectory, type StateDirectory } from '../state/stateDirectory';
import { SyncError } from '../syncError';
import { isScheduled, type Job } from './job';
import { systemClock, type JobClock } from './jobClock';
import { createJobHistory, type JobHistory } from './jobHistory';
import { listedJobs, type ListedJob } from './listedJobs';
import { readJobRow, readJobRows, setJobEnabled, type JobRow } from './jobRow';
import { leaseMs, withJobSession } from './jobSession';
import { readProjectJobs, type ProjectJobs } from './readJobs';
import { requireJobName, withParameters } from './runParameters';
import { runLocked, type EndedRun, type RunEnvironment } from './runLocked';
import type { RunRecord } from './runRecord';
import { projectTasks, type RunTask } from './runTask';
import { readServerSchedule } from './serverSchedule';
import { serveJob } from './serveJob';

export interface JobServiceOptions {
  /** The host's settings over jobs.yaml: a list of entries like its own. */
  readonly settings?: unknown;
  /** Guards answered in advance, for what runs by itself. */
  readonly answers?: GuardAnswers;
  readonly clock?: JobClock;
  /** What carries a task out; the project's own jobs unless told. */
  readonly run?: RunTask;
  /** Told of every run that has ended here. */
  readonly onRun?: (record: RunRecord) => void;
}

export interface JobsOverview {
  readonly jobs: readonly ListedJob[];
  readonly problems: ProjectJobs['problems'];
  /** What could not be shown, and why. */
  readonly warnings: readonly string[];
}

/** The jobs of a project: what is configured, what ran, and running it; in an editor and without one. */
export class JobService {
  private readonly state: StateDirectory;
  private readonly history: JobHistory;

  constructor(
    private readonly project: Project,
    private readonly context: RunContext,
    private readonly options: JobServiceOptions = {},
  ) {
    this.state = openStateDirectory(project.root);
    this.history = createJobHistory(this.state);
  }

  /** Our jobs, and the server's beside them. A database that cannot be asked is a warning. @throws SyncError `io`, `cancelled` */
  async list(): Promise<JobsOverview> {
    const [{ jobs, problems }, server] = await Promise.all([
      this.readJobs(),
      readServerSchedule(this.project.servicesDir),
    ]);
    const warnings = [...server.warnings];
    const names = [...jobs.map(({ task }) => task.name), ...server.jobs.map(({ name }) => name)];
    const rows = await this.rowsOf(names, warnings);
    return { jobs: listedJobs({ jobs, server, rows, now: this.context.now() }), problems, warnings };
  }

  /**
   * Runs a job now, whether it is on or not (data.md J-8: how it ended is the answer, and the exit code).
   *
   * @param parameters as on the command line, `KEY=VALUE`, over the configured ones
   * @throws SyncError `invalidInput` for a name or parameter, `locked` when it runs elsewhere, `unsupported`, `database`,
   * `cancelled`
   */
  async run(name: string, parameters: readonly string[] = []): Promise<EndedRun> {
    const job = await this.jobFor(name, parameters);
    const environment = this.environment();
    return withJobSession(environment.target, this.context, async (session) => {
      const lock = await session.tryLock(job.task.name);
      if (!lock) throw runsElsewhere(name);
      try {
        const row = (await readJobRow(session.db, name)) ?? (await this.newRow(session.db, name));
        if (lock.kind === 'lease' && row.lastStatus === 'running' && row.silentMs < leaseMs)
          throw runsElsewhere(name);
        const ended = await runLocked(environment, { job, session, lock, row });
        if (!ended) throw runsElsewhere(name);
        return ended;
      } finally {
        await lock.release();
      }
    });
  }

  /**
   * What a run by hand would do; changes nothing.
   * @throws SyncError `invalidInput` for a name or parameter, and what comparing throws
   */
  async plan(name: string, parameters: readonly string[] = []): Promise<ContentPlan | AccessPlan> {
    const { task } = await this.jobFor(name, parameters);
    if (task.name === 'content_sync') {
      const { ContentSyncJob } = await import('./contentSyncJob');
      return new ContentSyncJob(this.project, this.context, task.parameters).plan();
    }
    const { AccessControlSyncJob } = await import('./accessControlSyncJob');
    return new AccessControlSyncJob(this.project, this.context, task.parameters).plan();
  }

  private async jobFor(name: string, parameters: readonly string[]): Promise<Job> {
    const known = requireJobName(name);
    const { jobs, problems } = await this.readJobs();
    for (const problem of problems) this.context.logger.warn(describeProblem(problem));
    return withParameters(
      known,
      jobs.find(({ task }) => task.name === known),
      parameters,
    );
  }

  /**
   * Runs what is scheduled and enabled, until the context's signal fires.
   *
   * @param onStart told what is going to be run
   * @throws SyncError `missingConfig` when nothing is scheduled, and what `serveJob` throws
   */
  async serve(onStart: (jobs: readonly ListedJob[]) => void = () => {}): Promise<void> {
    const { jobs, problems } = await this.readJobs();
    for (const problem of problems) this.context.logger.warn(describeProblem(problem));
    const scheduled = jobs.filter(isScheduled);
    if (scheduled.length === 0) throw nothingScheduled(problems.length > 0);
    const environment = this.environment();
    const stop = new AbortController();
    const signals = [stop.signal, ...(this.context.signal ? [this.context.signal] : [])];
    const context = { ...this.context, signal: AbortSignal.any(signals) };
    const server = { jobs: [], path: undefined, warnings: [] };
    const warnings: string[] = [];
    const names = scheduled.map(({ task }) => task.name);
    const rows = await this.rowsOf(names, warnings);
    for (const warning of warnings) this.context.logger.warn(warning);
    onStart(listedJobs({ jobs: scheduled, server, rows, now: this.context.now() }));
    const serving = scheduled.map(async (job) => {
      try {
        await serveJob({ ...environment, context }, job);
      } catch (error) {
        // What stops one (no table, a pooler) stops the others: they use the same database.
        stop.abort(error);
        throw error;
      }
    });
    const ended = await Promise.allSettled(serving);
    const failure = ended.find((end) => end.status === 'rejected');
    if (failure) throw failure.reason;
  }

  /** The last runs that this project's runners have made, newest first. @throws SyncError `invalidInput`, `io` */
  async runsOf(name: string): Promise<readonly RunRecord[]> {
    return this.history.read(requireJobName(name));
  }

  /** Pauses or resumes a job for every runner on its database. @throws SyncError `invalidInput`, `database`, `cancelled` */
  async setPaused(name: string, paused: boolean): Promise<void> {
    const known = requireJobName(name);
    await withDatabase(requireDatabase(this.project), { context: this.context }, (db) =>
      setJobEnabled(db, known, !paused),
    );
  }

  private readJobs(): Promise<ProjectJobs> {
    return readProjectJobs(this.state, this.options.settings);
  }

  private environment(): RunEnvironment {
    const { answers, clock, onRun, run } = this.options;
    return {
      target: requireDatabase(this.project),
      context: this.context,
      clock: clock ?? systemClock(this.context.now),
      run: run ?? projectTasks(this.project, answers),
      history: this.history,
      ...(onRun && { onRun }),
    };
  }

  private async newRow(db: Database, name: string): Promise<JobRow> {
    await setJobEnabled(db, name, true);
    const row = await readJobRow(db, name);
    if (row) return row;
    throw new SyncError(
      'database',
      `The row of ${name} in scheduled_jobs was deleted while it was being made.`,
    );
  }

  private async rowsOf(names: readonly string[], warnings: string[]): Promise<ReadonlyMap<string, JobRow>> {
    try {
      const target = requireDatabase(this.project);
      return await withDatabase(target, { context: this.context }, (db) => readJobRows(db, names));
    } catch (error) {
      if (!SyncError.is(error) || error.code === 'cancelled') throw error;
      warnings.push(`What ran last is not known: ${error.message}`);
      return new Map();
    }
  }
}

function runsElsewhere(name: string): SyncError {
  return new SyncError(
    'locked',
    `${name} is being run by another process; it was not started a second time.`,
    {
      hint: 'Wait until it has ended: "jobs list" shows it.',
    },
  );
}

function nothingScheduled(hasProblems: boolean): SyncError {
  return new SyncError('missingConfig', 'No job is scheduled and enabled in .systemprompt/sync/jobs.yaml.', {
    hint: hasProblems
      ? 'Correct what the warnings name.'
      : 'Write into it: jobs: [{name: content_sync, schedule: "0 */15 * * * *"}]',
  });
}
