import * as vscode from 'vscode';
import { schemes } from '../contributions';
import type { Services } from '../services';
import { statusMarks, statusWord } from './itemStatus';
import { statusOfItemUri } from './itemUri';

/** Letter, colour and word of a tree row. Only our own scheme is decorated, never a file of the explorer. */
export function registerItemDecorations({ t }: Services): vscode.Disposable {
  return vscode.window.registerFileDecorationProvider({
    provideFileDecoration(uri) {
      const status = uri.scheme === schemes.item ? statusOfItemUri(uri) : undefined;
      if (status === undefined) return undefined;
      const { letter, color } = statusMarks[status];
      const decoration = new vscode.FileDecoration(
        letter,
        statusWord(t, status),
        new vscode.ThemeColor(color),
      );
      decoration.propagate = false;
      return decoration;
    },
  });
}
