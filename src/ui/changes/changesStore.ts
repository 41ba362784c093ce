import { EventEmitter, type Disposable, type Event } from 'vscode';
import { buildTree, type SourceNode } from '../content/buildTree';
import { failedNode, waitingNode, type ChangeNode } from './changeNode';
import { otherAreaIds, unusedAreas, type AreaDiffs, type AreaView, type OtherAreaId } from './changesArea';
import { keepExisting, type CheckedItems } from './checkedItems';
import { errorOf, projectOf, type Activity, type ChangesState, type ProjectView } from './projectView';
import { sameNodes } from './sameNodes';

/** The one place that knows what is shown: tree, badge, status bar and Problems follow it. */
export interface ChangesStore extends Disposable {
  readonly state: ChangesState;
  /** Every area's rows; another array only when a row is another one. */
  readonly tree: readonly ChangeNode[];
  /** Those of content. */
  readonly contentTree: readonly SourceNode[];
  readonly checked: CheckedItems;
  /** Something else is to be shown. */
  readonly onDidChange: Event<ChangesState>;
  /**
   * What a comparison of content has found; with it, the comparison is over. The areas of another project than before are
   * forgotten.
   */
  showView(view: ProjectView): void;
  /** What a comparison of another area has found. */
  showArea<Id extends OtherAreaId>(id: Id, view: AreaView<AreaDiffs[Id]>): void;
  showActivity(activity: Activity): void;
  /** Checkmarks are drawn by whoever changed them; nothing else depends on them. */
  setChecked(checked: CheckedItems): void;
}

export function createChangesStore(): ChangesStore {
  const changed = new EventEmitter<ChangesState>();
  let state: ChangesState = { view: { kind: 'starting' }, activity: undefined, areas: unusedAreas };
  let contentTree: readonly SourceNode[] = [];
  let tree: readonly ChangeNode[] = [];
  let checked: CheckedItems = new Set();

  const replace = (next: ChangesState) => {
    if (next.view !== state.view) contentTree = next.view.kind === 'ready' ? buildTree(next.view.diff) : [];
    if (next.view !== state.view || next.areas !== state.areas) {
      const found = [...contentRows(contentTree, next), ...otherAreaIds.flatMap((id) => areaRows(id, next))];
      // Our own writes are compared a second time, through the watcher: rows drawn anew would close a menu that is open on one.
      if (!sameNodes(tree, found)) tree = found;
      // A failed comparison says nothing about the items: the checkmarks wait for the next one.
      if (next.view.kind === 'ready') checked = keepExisting(checked, tree);
    }
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
    get contentTree() {
      return contentTree;
    },
    get checked() {
      return checked;
    },
    onDidChange: changed.event,
    showView(view) {
      const isSame = projectOf(view)?.root === projectOf(state.view)?.root;
      replace({ view, activity: undefined, areas: isSame ? state.areas : unusedAreas });
    },
    showArea(id, view) {
      replace({ ...state, activity: undefined, areas: { ...state.areas, [id]: view } });
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

/**
 * Where other areas have rows, the welcome contents that say what keeps content from being compared are not shown: a row says
 * it then.
 */
function contentRows(sources: readonly SourceNode[], state: ChangesState): readonly ChangeNode[] {
  const { view, areas } = state;
  const hasFailed = 'error' in view && projectOf(view) !== undefined;
  const othersShow = otherAreaIds.some((id) => areas[id].kind !== 'unused');
  return hasFailed && othersShow ? [failedNode('content', errorOf(state, 'content'))] : sources;
}

function areaRows(id: OtherAreaId, { areas }: ChangesState): readonly ChangeNode[] {
  const view: AreaView = areas[id];
  switch (view.kind) {
    case 'unused':
      return [];
    case 'waiting':
      return [waitingNode(id)];
    case 'failed':
      return [failedNode(id, view.error)];
    case 'ready':
      return view.nodes;
  }
}
