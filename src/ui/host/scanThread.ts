import * as vscode from 'vscode';
import type { GroupScanner } from '../../core/content/scan/groupScanner';
import type { WorkerScanner } from '../../core/content/scan/workerScanner';

/** Files are scanned in a thread of their own: the extension host has other things to answer meanwhile. */
export interface ScanThread extends vscode.Disposable {
  /** @param projectRoot absolute; another project than the last one gets a new thread */
  scannerFor(projectRoot: string): Promise<GroupScanner>;
}

/** Nothing is loaded or started before the first scan. */
export function createScanThread(extensionUri: vscode.Uri): ScanThread {
  const workerFile = vscode.Uri.joinPath(extensionUri, 'dist', 'scanWorker.js').fsPath;
  let current: { readonly root: string; readonly scanner: WorkerScanner } | undefined;
  return {
    async scannerFor(root) {
      if (current?.root !== root) {
        const { WorkerScanner } = await import('../../core/content/scan/workerScanner');
        await current?.scanner.dispose();
        current = { root, scanner: new WorkerScanner(workerFile, root) };
      }
      return current.scanner.scan;
    },
    dispose() {
      void current?.scanner.dispose();
      current = undefined;
    },
  };
}
