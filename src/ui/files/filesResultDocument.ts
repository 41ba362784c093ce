import type { FilesDetails } from '../../core/files/filesOutcome';
import { inMegabytes } from '../../core/inMegabytes';
import type { SyncOperationResult } from '../../core/models/operation';
import { inEditorWords } from '../editorWords';
import { reportError } from '../errorReport';
import type { Translate } from '../translate';
import type { FilesRun } from './filesMemory';

/** The page behind "Show Last Result": what the last push or pull of files has really done. */
export function filesResultDocument(t: Translate, { direction, target, endedAt, outcome }: FilesRun): string {
  const title = direction === 'push' ? t('Files pushed to {0}', target) : t('Files pulled from {0}', target);
  const head = [`# ${title}`, '', new Date(endedAt).toLocaleString(), ''];
  const body =
    'result' in outcome
      ? resultLines(t, outcome.result)
      : [t('Nothing was done: {0}', reportError(t, outcome.error)?.text ?? t('it was cancelled.'))];
  return [...head, ...body, ''].join('\n');
}

function resultLines(t: Translate, result: SyncOperationResult<FilesDetails>): string[] {
  const { details, state, backup, errors, warnings } = result;
  const { uploaded = [], written = [], deleted = [], left = [], excluded = [] } = details ?? {};
  return [
    ...(state.kind === 'partial' ? [t('Stopped after {0} of {1}.', state.completed, state.total), ''] : []),
    `- ${t('Files moved: {0}', uploaded.length + written.length)}`,
    `- ${t('Files deleted: {0}', deleted.length)}`,
    `- ${t('The same on both sides: {0}', details?.unchanged ?? 0)}`,
    ...(details?.requests === undefined
      ? []
      : [`- ${t('Uploads: {0}, {1}', details.requests, inMegabytes({ done: details.bytes_sent ?? 0 }))}`]),
    `- ${t('Backup: {0}', backup ?? t('none, since nothing was overwritten here'))}`,
    ...section(t('Uploaded'), uploaded),
    ...section(t('Written'), written),
    ...section(t('Deleted'), deleted),
    ...section(
      t('Left as they were'),
      left.map(({ item, reason }) => `${item}: ${inEditorWords(reason)}`),
    ),
    ...section(t('Errors'), errors),
    ...section(t('Warnings'), warnings),
    ...section(
      t('Left out'),
      excluded.map(({ path, reason }) => `${path}: ${reason}`),
    ),
  ];
}

function section(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `## ${heading}`, '', ...lines.map((line) => `- ${line}`)];
}
