import type { Check } from '../../core/deploy/check';
import { commands, contextValues } from '../contributions';
import { inEditorWords } from '../editorWords';
import type { OperationRow, RowText } from '../operations/operationRow';
import type { Translate } from '../translate';
import type { DeployState } from './deployStore';

/** The head of *Ready to deploy?*: the answer in words. Pure. */
export function readyHead(t: Translate, { checks, checking }: DeployState): OperationRow {
  const text = (): RowText => {
    const label = t('Ready to deploy?');
    const description = checking ? t('checking…') : answerText(t, checks);
    return { label, description, tooltip: [label, description], spoken: `${label}, ${description}` };
  };
  const ask = { id: commands.checkDeploy, title: t('Check Again'), arguments: [] };
  return {
    id: 'deploy:ready',
    icon: checking ? 'sync' : iconOf(worst(checks)),
    contextValue: contextValues.deployReady,
    text,
    ...(checks === undefined && { command: ask }),
  };
}

/** One row for each check, in the order of the preflight. Pure. */
export function checkRows(t: Translate, checks: readonly Check[] | undefined): OperationRow[] {
  return (checks ?? []).map((check) => ({
    id: `deploy:check:${check.id}`,
    icon: iconOf(check.state),
    contextValue: '',
    subject: check.id,
    text: () => checkText(t, check),
    command: { id: commands.showCheck, title: t('Show'), arguments: [check.id] },
  }));
}

function checkText(t: Translate, check: Check): RowText {
  const { title, message, state } = check;
  const description = `${stateText(t, state)} · ${inEditorWords(message)}`;
  const fix = fixOf(check);
  const todo = fix === undefined ? [] : [fix];
  return {
    label: title,
    description,
    tooltip: [title, description, ...todo],
    spoken: [title, description, ...todo].join(', '),
  };
}

/** What to do about a check, in the words of the editor; undefined when there is nothing to do. */
export function fixOf({ fix, state }: Check): string | undefined {
  return state === 'ok' || fix === undefined ? undefined : inEditorWords(fix);
}

function stateText(t: Translate, state: Check['state']): string {
  switch (state) {
    case 'ok':
      return t('ok');
    case 'warning':
      return t('warning');
    case 'failed':
      return t('failed');
  }
}

function iconOf(state: Check['state'] | undefined): string {
  switch (state) {
    case undefined:
      return 'rocket';
    case 'ok':
      return 'pass';
    case 'warning':
      return 'warning';
    case 'failed':
      return 'error';
  }
}

function worst(checks: readonly Check[] | undefined): Check['state'] | undefined {
  if (checks === undefined) return undefined;
  const states = new Set(checks.map(({ state }) => state));
  if (states.has('failed')) return 'failed';
  return states.has('warning') ? 'warning' : 'ok';
}

function answerText(t: Translate, checks: readonly Check[] | undefined): string {
  if (checks === undefined) return t('not checked yet');
  const count = (wanted: Check['state']) => checks.filter(({ state }) => state === wanted).length;
  const [failed, warnings] = [count('failed'), count('warning')];
  if (failed > 0) return t('no, failed: {0}', failed);
  return warnings > 0 ? t('yes, warnings: {0}', warnings) : t('yes');
}
