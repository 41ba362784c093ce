import * as vscode from 'vscode';
import { schemes } from '../contributions';
import { statusMarks } from './itemStatus';
import { markOfItemUri } from './itemUri';

/** Letter, colour and word of a tree row. Only our own scheme is decorated, never a file of the explorer. */
export function registerItemDecorations(): vscode.Disposable {
  return vscode.window.registerFileDecorationProvider({
    provideFileDecoration(uri) {
      const mark = uri.scheme === schemes.item ? markOfItemUri(uri) : undefined;
      if (mark === undefined) return undefined;
      const { letter, color } = statusMarks[mark.status];
      const decoration = new vscode.FileDecoration(letter, mark.word, new vscode.ThemeColor(color));
      decoration.propagate = false;
      return decoration;
    },
  });
}
