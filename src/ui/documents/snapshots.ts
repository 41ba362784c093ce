import * as vscode from 'vscode';
import { schemes } from '../contributions';
import type { Translate } from '../translate';

/** Read-only texts of one side of a comparison, as they were when they were read: a row, a rule, a file of a tenant. */
export interface Snapshots extends vscode.Disposable {
  /** @param name what the tab is called, ending in the extension that decides about its language; `/` makes folders of it */
  take(name: string, text: string): vscode.Uri;
}

/** Tabs keep what they show; this many can still be opened anew, for example by the diff editor's own buttons. */
const keptSnapshots = 100;

export function createSnapshots(t: Translate): Snapshots {
  const texts = new Map<string, string>();
  let taken = 0;
  const registration = vscode.workspace.registerTextDocumentContentProvider(schemes.snapshot, {
    // A tab that an earlier window has left: an empty text would say that this side has nothing.
    provideTextDocumentContent: ({ query }) =>
      texts.get(query) ?? t('This side is no longer at hand. Open the comparison again.'),
  });
  return {
    take(name, text) {
      taken += 1;
      const query = String(taken);
      texts.set(query, text);
      for (const oldest of [...texts.keys()].slice(0, -keptSnapshots)) texts.delete(oldest);
      return vscode.Uri.from({ scheme: schemes.snapshot, path: `/${name.replace(/^\/+/, '')}`, query });
    },
    dispose() {
      registration.dispose();
    },
  };
}
