import type { RunRecord } from '../../core/jobs/runRecord';
import { inEditorWords } from '../editorWords';
import { durationText, timeText } from '../timeText';
import type { Translate } from '../translate';

/**
 * The runs that were made from this project, newest first, as a page: counts, duration, and what went wrong.
 * @param now milliseconds since the epoch
 */
export function historyDocument(t: Translate, name: string, runs: readonly RunRecord[], now: number): string {
  const title = `# ${t('History of {0}', name)}`;
  if (runs.length === 0) return [title, '', t('It has not run from here yet.'), ''].join('\n');
  const heads = [t('Started'), t('Why'), t('Result'), t('Duration'), t('Synced'), t('Left'), t('Backup')];
  return [
    title,
    '',
    `| ${heads.join(' | ')} |`,
    '| --- | --- | --- | ---: | ---: | ---: | --- |',
    ...runs.map((run) => `| ${cells(t, run, now).join(' | ')} |`),
    ...runs.flatMap((run) => remarks(t, run, now)),
    '',
  ].join('\n');
}

function cells(t: Translate, run: RunRecord, now: number): string[] {
  return [
    timeText(run.started_at, now),
    triggerText(t, run.trigger),
    resultText(t, run),
    durationText(run.duration_ms),
    String(run.items_synced),
    String(run.items_skipped),
    run.backup ?? '–',
  ];
}

function triggerText(t: Translate, trigger: RunRecord['trigger']): string {
  switch (trigger) {
    case 'schedule':
      return t('on schedule');
    case 'recovery':
      return t('again, its runner had died');
    case 'catchUp':
      return t('for missed ones');
    case 'manual':
      return t('by hand');
  }
}

function resultText(t: Translate, { status, attempts }: RunRecord): string {
  const tries = attempts > 1 ? `, ${t('attempts: {0}', attempts)}` : '';
  return `${statusText(t, status)}${tries}`;
}

function statusText(t: Translate, status: RunRecord['status']): string {
  switch (status) {
    case 'success':
      return t('succeeded');
    case 'failed':
      return t('failed');
    case 'cancelled':
      return t('stopped');
  }
}

/** Errors and warnings of a run, under its time. */
function remarks(t: Translate, { started_at: at, errors, warnings }: RunRecord, now: number): string[] {
  if (errors.length === 0 && warnings.length === 0) return [];
  return [
    '',
    `## ${timeText(at, now)}`,
    '',
    ...errors.map((error) => `- ${inEditorWords(error)}`),
    ...warnings.map((warning) => `- ${t('Warning: {0}', inEditorWords(warning))}`),
  ];
}
