import * as vscode from 'vscode';
import type { RunContext } from '../../core/ports';
import { SyncError } from '../../core/syncError';
import { projectOf } from '../changes/projectView';
import type { ChangesStore } from '../changes/changesStore';
import { schemes } from '../contributions';
import { fromRowUri, toRowUri, type RowDocument } from './rowUri';

/** The database side of comparisons: rows as they would stand in their files, read-only. */
export interface RowDocuments extends vscode.Disposable {
  /**
   * Reads the row before its document is opened, so that a failure reaches the command's error message and not an
   * editor that cannot open.
   * @throws SyncError `database`, `invalidInput` when no file can hold the row
   */
  prepare(document: RowDocument): Promise<vscode.Uri>;
}

interface Needs {
  readonly store: ChangesStore;
  readonly quietContext: () => RunContext;
}

export function createRowDocuments({ store, quietContext }: Needs): RowDocuments {
  const prepared = new Map<string, string>();
  const changed = new vscode.EventEmitter<vscode.Uri>();

  const read = async (document: RowDocument): Promise<string> => {
    const project = projectOf(store.state.view);
    if (document.type === 'empty') return '';
    if (project === undefined) throw new SyncError('missingConfig', 'No project has been compared yet.');
    const { readRowDocument } = await import('../../core/content/rowDocument');
    return readRowDocument(project, quietContext(), document.key, document.path);
  };
  const provider: vscode.TextDocumentContentProvider = {
    onDidChange: changed.event,
    async provideTextDocumentContent(uri) {
      const ready = prepared.get(uri.toString());
      prepared.delete(uri.toString());
      if (ready !== undefined) return ready;
      const document = fromRowUri(uri);
      if (document === undefined) throw new SyncError('invalidInput', 'This address names no row.');
      return read(document);
    },
  };
  let last = store.state.view;
  const registrations = [
    vscode.workspace.registerTextDocumentContentProvider(schemes.row, provider),
    store.onDidChange(({ view }) => {
      if (view.kind === 'ready' && view !== last) refreshOpenRows(changed);
      last = view;
    }),
    changed,
  ];
  return {
    async prepare(document) {
      const uri = vscode.Uri.from({ scheme: schemes.row, ...toRowUri(document) });
      prepared.set(uri.toString(), await read(document));
      // An editor that is open already does not ask again by itself.
      changed.fire(uri);
      return uri;
    },
    dispose: () => {
      vscode.Disposable.from(...registrations).dispose();
    },
  };
}

function refreshOpenRows(changed: vscode.EventEmitter<vscode.Uri>): void {
  for (const { uri } of vscode.workspace.textDocuments) {
    if (uri.scheme === schemes.row && fromRowUri(uri)?.type === 'row') changed.fire(uri);
  }
}
