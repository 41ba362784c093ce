import type { RunRecord } from './runRecord';

/** One run in one line, for logs and lists. */
export function runLine(record: RunRecord): string {
  const { job, trigger, due, started_at, duration_ms, status, attempts, items_synced, items_skipped } =
    record;
  const tick = due === null ? trigger : `${trigger} ${due}`;
  const tries = attempts > 1 ? `, ${attempts} attempts` : '';
  const error = record.errors[0] === undefined ? '' : `: ${record.errors[0]}`;
  return (
    `${started_at}  ${job} (${tick}) ${status} in ${duration_ms} ms${tries}, ` +
    `${items_synced} synced, ${items_skipped} left${error}`
  );
}
