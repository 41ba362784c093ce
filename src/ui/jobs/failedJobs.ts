import { stoppedText } from '../../core/jobs/stoppedText';
import type { ListedJob } from '../../core/jobs/listedJobs';

/** A run that failed, wherever it ran, and that nobody has looked at here. */
export interface FailedJob {
  /** Undefined: it is the schedule itself that does not run. */
  readonly name: string | undefined;
  /** When the run ended, ISO 8601; of the schedule: empty. */
  readonly ended: string;
  readonly reason: string;
}

/** By job: the end of the failed run that was looked at last, ISO 8601. */
export type SeenFailures = Readonly<Record<string, string>>;

/**
 * The failed runs that nobody has looked at, after another look at the rows: what went well since, or was stopped, makes a
 * failure no less worth a look. Pure.
 */
export function withFailures(
  unseen: readonly FailedJob[],
  jobs: readonly ListedJob[],
  seen: SeenFailures,
): FailedJob[] {
  const found = jobs.flatMap((job): FailedJob[] => {
    const { name, last_run: ended, last_error: reason } = job;
    if (!hasFailed(job) || ended === null || seen[name] === ended) return [];
    return [{ name, reason: firstLine(reason), ended }];
  });
  const again = new Set(found.map(({ name }) => name));
  return [...unseen.filter(({ name }) => !again.has(name)), ...found];
}

/** What was stopped on purpose has not failed; the server looks after its own jobs. */
function hasFailed({ scheduler, last_status: status, last_error: error }: ListedJob): boolean {
  return scheduler === 'project' && status === 'failed' && !wasStopped(error);
}

/** True for the error of a run that was stopped on purpose; the row knows no third way to end. */
export function wasStopped(error: string | null): boolean {
  return firstLine(error) === stoppedText;
}

export function firstLine(text: string | null): string {
  return text?.split('\n')[0] ?? '';
}
