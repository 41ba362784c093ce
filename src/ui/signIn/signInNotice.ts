import { EventEmitter, type Disposable, type Event } from 'vscode';
import { messageOf, SyncError } from '../../core/syncError';
import { projectOf } from '../changes/projectView';
import type { Services } from '../services';
import { readTokenState, type TokenState } from './tokenState';
import { expiryNotice } from './tokenText';

/** Whether the token of the project is about to end: told in the status bar, quietly, before a push runs into it. */
export interface SignInNotice extends Disposable {
  /** For people; undefined while there is nothing to do, and where there is no tenant. */
  readonly text: string | undefined;
  readonly onDidChange: Event<void>;
  /** Looks again: after a token was set, or files beside the project have changed. */
  refresh(): Promise<void>;
}

/** Timers of Node end early above 2^31 ms; looking once a day costs nothing. */
const longestWaitMs = 24 * 60 * 60 * 1_000;

/** Follows the project of the window, and the clock. Nothing is read before a project with a tenant is known. */
export function createSignInNotice(
  services: Pick<Services, 't' | 'store' | 'tokens' | 'log' | 'lifetime'>,
): SignInNotice {
  const { t, store, lifetime } = services;
  const changed = new EventEmitter<void>();
  let text: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let latest = 0;

  const refresh = async (): Promise<void> => {
    const turn = ++latest;
    clearTimeout(timer);
    const state = await lookUp(services, Date.now());
    if (turn !== latest || lifetime.aborted) return;
    const changesAtMs = state?.expiry.changesAtMs;
    if (changesAtMs !== undefined) {
      const wait = Math.min(longestWaitMs, Math.max(0, changesAtMs - Date.now()));
      timer = setTimeout(() => void refresh(), wait);
    }
    const next = state && expiryNotice(t, state.expiry);
    if (next === text) return;
    text = next;
    changed.fire();
  };

  let seen = store.state.view;
  const following = store.onDidChange(({ view }) => {
    if (view === seen) return;
    seen = view;
    void refresh();
  });
  return {
    get text() {
      return text;
    },
    onDidChange: changed.event,
    refresh,
    dispose() {
      latest = -1;
      clearTimeout(timer);
      following.dispose();
      changed.dispose();
    },
  };
}

/** Undefined where there is nothing to warn of: who has no token yet is told when one is needed. */
async function lookUp(
  services: Pick<Services, 'store' | 'tokens' | 'log'>,
  nowMs: number,
): Promise<TokenState | undefined> {
  const project = projectOf(services.store.state.view);
  if (project === undefined || project.mode === 'none') return undefined;
  try {
    return await readTokenState(services, project, nowMs);
  } catch (error) {
    if (!SyncError.is(error, 'unauthorized'))
      services.log.logger.warn(`The token of the tenant cannot be read: ${messageOf(error)}`);
    return undefined;
  }
}
