import { EventEmitter, type Disposable, type Event } from 'vscode';
import { buildTree, type SourceNode } from './buildTree';
import { keepExisting, type CheckedItems } from './checkedItems';
import type { Activity, ChangesState, ProjectView } from './projectView';

/** The one place that knows what is shown: tree, badge, status bar and Problems follow it. */
export interface ChangesStore extends Disposable {
  readonly state: ChangesState;
  readonly tree: readonly SourceNode[];
  readonly checked: CheckedItems;
  /** Something else is to be shown. */
  readonly onDidChange: Event<ChangesState>;
  /** What a comparison has found; with it, the comparison is over. */
  showView(view: ProjectView): void;
  showActivity(activity: Activity): void;
  /** Checkmarks are drawn by whoever changed them; nothing else depends on them. */
  setChecked(checked: CheckedItems): void;
}

export function createChangesStore(): ChangesStore {
  const changed = new EventEmitter<ChangesState>();
  let state: ChangesState = { view: { kind: 'starting' }, activity: undefined };
  let tree: readonly SourceNode[] = [];
  let checked: CheckedItems = new Set();

  const replace = (next: ChangesState) => {
    state = next;
    changed.fire(state);
  };
  return {
    get state() {
      return state;
    },
    get tree() {
      return tree;
    },
    get checked() {
      return checked;
    },
    onDidChange: changed.event,
    showView(view) {
      tree = view.kind === 'ready' ? buildTree(view.diff) : [];
      // A failed comparison says nothing about the items: the checkmarks wait for the next one.
      if (view.kind === 'ready') checked = keepExisting(checked, tree);
      replace({ view, activity: undefined });
    },
    showActivity(activity) {
      if (activity !== state.activity) replace({ ...state, activity });
    },
    setChecked(next) {
      checked = next;
    },
    dispose: () => changed.dispose(),
  };
}
