import { parseHttpUrl } from '../../core/api/httpUrl';
import type { StepEvent } from '../../core/deploy/deployObserver';
import type { DeployDetails } from '../../core/deploy/deployOutcome';
import type { DeployPlan } from '../../core/deploy/deployPlan';
import type { SyncOperationResult } from '../../core/models/operation';
import { inEditorWords } from '../editorWords';
import { durationText } from '../timeText';
import type { Translate } from '../translate';

export type DeployResult = SyncOperationResult<DeployDetails>;

/** What a deploy and a roll-back call themselves. */
export interface DeployWords {
  readonly preparing: string;
  readonly progress: string;
  readonly question: () => string;
  readonly accept: string;
  readonly acceptAll: () => string;
}

export function deployWords(t: Translate, kind: DeployPlan['kind'], name: string): DeployWords {
  const accept = kind === 'deploy' ? t('Deploy') : t('Roll Back');
  return {
    preparing: kind === 'deploy' ? t('Checking whether a deploy can go') : t('Looking at the release'),
    progress: kind === 'deploy' ? t('Deploying') : t('Rolling back'),
    question: () => (kind === 'deploy' ? t('Deploy {0}?', name) : t('Roll back to {0}?', name)),
    accept,
    acceptAll: () => accept,
  };
}

/** Under the question: what a roll-back leaves, what the checks warn of, what is replaced, and the steps. Pure. */
export function deployDetail(t: Translate, plan: DeployPlan): string {
  const { checks, notes, previous, steps, target } = plan;
  const warnings = checks.filter(({ state }) => state === 'warning');
  return [
    ...notes,
    t('Goes to {0}.', target.label),
    previous === null
      ? t('What runs there now was not released from here.')
      : t('Last released from here: {0}.', previous.tag),
    ...warnings.map(({ title, message, fix = '' }) =>
      inEditorWords(t('Warning: {0}', `${title}: ${message} ${fix}`.trim())),
    ),
    '',
    ...steps.map(({ title }, index) => `${index + 1}. ${title}`),
  ].join('\n');
}

/** `[2/6] Push …: finished (12.4 s)`. Pure. */
export function stepLine(t: Translate, { title, state, ms, index, of }: StepEvent): string {
  const took = ms === undefined ? '' : ` (${durationText(ms)})`;
  return `[${index}/${of}] ${title}: ${stepState(t, state)}${took}`;
}

function stepState(t: Translate, state: StepEvent['state']): string {
  switch (state) {
    case 'started':
      return t('started');
    case 'finished':
      return t('finished');
    case 'failed':
      return t('failed');
    case 'cancelled':
      return t('stopped');
  }
}

/** The end of a deploy, line by line. Pure. */
export function resultLines(t: Translate, { details, errors, warnings }: DeployResult): string[] {
  return [
    ...errors.map((error) => t('failed: {0}', inEditorWords(error))),
    ...warnings.map((warning) => t('Warning: {0}', inEditorWords(warning))),
    ...(details === null
      ? []
      : [
          [details.image, details.digest, details.status, details.app_url]
            .filter((part) => part !== null)
            .join(', '),
          details.live.note,
        ]),
  ];
}

/** The end of a deploy in one message. Pure. */
export function resultText({ details, errors, warnings }: DeployResult): string {
  return inEditorWords([...errors, details?.live.note ?? '', ...warnings].filter(Boolean).join(' '));
}

/** The address of the app, where a browser may be sent there: a server names it, so it is no more than http or https. Pure. */
export function appLink(url: string | null | undefined): string | undefined {
  if (url === null || url === undefined) return undefined;
  try {
    return parseHttpUrl(url, 'app_url').href;
  } catch {
    return undefined;
  }
}
