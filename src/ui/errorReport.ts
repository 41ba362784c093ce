import { redact } from '../core/redact';
import { messageOf, SyncError, type SyncErrorCode } from '../core/syncError';
import { inEditorWords } from './editorWords';
import type { Translate } from './translate';

/** What a button under an error does. */
export type ErrorAction =
  | 'setDatabaseUrl'
  | 'markNotProduction'
  | 'selectProfile'
  | 'signIn'
  | 'setToken'
  | 'selectTenant'
  | 'openSettings'
  | 'openFile'
  | 'refresh'
  | 'checkDeploy'
  | 'showDeployOutput'
  | 'showLog';

export interface ErrorReport {
  readonly severity: 'warning' | 'error';
  readonly text: string;
  readonly actions: readonly ErrorAction[];
  /** For `openFile`: project-relative or absolute, lines and columns from 1. */
  readonly place?: { readonly path: string; readonly line: number; readonly column: number };
}

/**
 * What to tell a person about something thrown, and which buttons help. Undefined for a cancellation: whoever stopped it
 * knows. The full text and stack go to the log, not here.
 */
export function reportError(t: Translate, error: unknown): ErrorReport | undefined {
  if (!SyncError.is(error)) {
    return {
      severity: 'error',
      text: t('Something unexpected went wrong. The log has the details.'),
      actions: ['showLog'],
    };
  }
  if (error.code === 'cancelled') return undefined;
  const place = placeOf(error);
  const text = redact(inEditorWords([error.message, error.hint].filter(Boolean).join(' ')));
  return {
    severity: isSafetyStop(error) ? 'warning' : 'error',
    text,
    actions: [...(place === undefined ? [] : (['openFile'] as const)), ...actionsFor(error)],
    ...(place && { place }),
  };
}

/** Nothing is broken: we stopped on purpose, or somebody else is at work. */
function isSafetyStop({ code }: SyncError): boolean {
  return code === 'guard' || code === 'conflict' || code === 'locked' || code === 'confirmationRequired';
}

function actionsFor({ code, details }: SyncError): readonly ErrorAction[] {
  if (code === 'guard' && details?.['guard'] === 'productionTarget') return ['markNotProduction'];
  if (Array.isArray(details?.['checks'])) return ['checkDeploy'];
  if (details?.['reason'] === 'notSignedIn') return ['signIn', 'setToken', 'showLog'];
  if (details?.['reason'] === 'noTenant') return ['selectTenant', 'openSettings'];
  if (code === 'missingConfig' && 'profile' in (details ?? {})) return ['selectProfile', 'showLog'];
  return actionsByCode[code] ?? ['showLog'];
}

const actionsByCode: Readonly<Partial<Record<SyncErrorCode, readonly ErrorAction[]>>> = {
  database: ['setDatabaseUrl', 'showLog'],
  missingConfig: ['setDatabaseUrl', 'openSettings'],
  conflict: ['refresh', 'showLog'],
  invalidInput: ['openSettings', 'showLog'],
  notProjectRoot: ['openSettings', 'showLog'],
  // Programs are run by deploys alone.
  commandFailed: ['showDeployOutput'],
  commandSpawnFailed: ['showDeployOutput'],
  dockerLoginFailed: ['showDeployOutput'],
};

function placeOf({ details }: SyncError): ErrorReport['place'] {
  const path = details?.['path'] ?? details?.['file'];
  if (typeof path !== 'string') return undefined;
  return { path, line: positive(details?.['line']), column: positive(details?.['column']) };
}

function positive(value: unknown): number {
  return typeof value === 'number' && value >= 1 ? value : 1;
}

/** Everything about something thrown, for the log: message, hint, details, stack and the chain of causes. */
export function errorForLog(error: unknown): string {
  const lines: string[] = [];
  for (let current: unknown = error; current !== undefined; current = causeOf(current)) {
    const prefix = lines.length === 0 ? '' : 'caused by: ';
    lines.push(prefix + (current instanceof Error ? (current.stack ?? current.message) : messageOf(current)));
    if (SyncError.is(current)) {
      lines.push(`code: ${current.code}`);
      if (current.hint !== undefined) lines.push(`hint: ${inEditorWords(current.hint)}`);
      if (current.details !== undefined) lines.push(`details: ${JSON.stringify(current.details)}`);
    }
    if (lines.length > 40) break;
  }
  return lines.join('\n');
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}
