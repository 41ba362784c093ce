import { EventEmitter, type Disposable, type Event } from 'vscode';
import type { Check } from '../../core/deploy/check';
import type { Release } from '../../core/deploy/releases';
import { SyncError } from '../../core/syncError';
import type { ChangesStore } from '../changes/changesStore';
import { projectOf, type ProjectView } from '../changes/projectView';
import type { Translate } from '../translate';

/** What is known about deploys of the window's project. */
export interface DeployState {
  /** False without a project that has a tenant, and without trust. */
  readonly on: boolean;
  /** What was found when it was asked for last; undefined before that. */
  readonly checks: readonly Check[] | undefined;
  readonly checking: boolean;
  /** Newest first; undefined while nobody has looked. */
  readonly releases: readonly Release[] | undefined;
  /** The release that this project last brought to life. */
  readonly live: Release | undefined;
  /** Why the releases cannot be listed. */
  readonly problem: string | undefined;
}

/** The one place that knows what is shown of deploys: groups follow it. */
export interface DeployStore extends Disposable {
  readonly state: DeployState;
  readonly onDidChange: Event<void>;
  show(change: Partial<DeployState>): void;
  /**
   * One deploy at a time in a window.
   * @throws SyncError `locked` while another runs, and what `run` throws
   */
  alone<T>(run: () => Promise<T>): Promise<T>;
}

const nothing: DeployState = {
  on: false,
  checks: undefined,
  checking: false,
  releases: undefined,
  live: undefined,
  problem: undefined,
};

/** @param changes says which project is open: another project or tenant begins with nothing known */
export function createDeployStore(changes: ChangesStore, t: Translate): DeployStore {
  const changed = new EventEmitter<void>();
  let state = nothing;
  let key: string | undefined;
  let busy = false;
  const follow = (view: ProjectView) => {
    const found = tenantKey(view);
    if (found === key) return;
    key = found;
    state = { ...nothing, on: key !== undefined };
    changed.fire();
  };
  follow(changes.state.view);
  const following = changes.onDidChange(({ view }) => follow(view));
  return {
    get state() {
      return state;
    },
    onDidChange: changed.event,
    show(change) {
      if (!state.on) return;
      state = { ...state, ...change };
      changed.fire();
    },
    async alone(run) {
      if (busy)
        throw new SyncError('locked', t('A deploy is running in this window already.'), {
          hint: t('Wait until it has ended, or cancel it.'),
        });
      busy = true;
      try {
        return await run();
      } finally {
        busy = false;
      }
    },
    dispose() {
      following.dispose();
      changed.dispose();
    },
  };
}

/** Undefined without a tenant. */
function tenantKey(view: ProjectView): string | undefined {
  const project = projectOf(view);
  if (project === undefined || project.mode === 'none') return undefined;
  const { root, mode, apiUrl, tenant } = project;
  return JSON.stringify([root, mode, apiUrl, tenant.id, tenant.origin]);
}
