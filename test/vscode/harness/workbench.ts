import type { BrowserContext, Page } from 'playwright-core';
import { editors } from './editors';
import type { Editors } from './editors';
import { modalDialog } from './modalDialog';
import type { ModalDialog } from './modalDialog';
import { notifications } from './notifications';
import type { Notifications } from './notifications';
import { quickInput } from './quickInput';
import type { QuickInput } from './quickInput';
import { statusBar } from './statusBar';
import type { StatusBar } from './statusBar';
import { treeView } from './treeView';
import type { TreeView } from './treeView';

/** A real VS Code on a page, in the words of its user. Every method waits for what it names. */
export interface Workbench extends Editors, ModalDialog, Notifications, QuickInput, StatusBar, TreeView {
  /** For what has no word here. */
  readonly page: Page;
  clipboardText(): Promise<string>;
  /** Loads the page again: the extension is activated anew. */
  reload(): Promise<void>;
  /** @param file where the picture goes, `.png` */
  screenshot(file: string): Promise<void>;
}

/** @param extension its `publisher.name` */
export function workbenchOn(page: Page, context: BrowserContext, extension: string): Workbench {
  const input = quickInput(page);
  return {
    page,
    ...input,
    ...editors(page),
    ...modalDialog(page),
    ...notifications(page, (name) => input.runCommand(name)),
    ...statusBar(page, extension),
    ...treeView(page),
    async clipboardText() {
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      return page.evaluate('navigator.clipboard.readText()');
    },
    async reload() {
      await page.reload();
      await page.locator('.monaco-workbench').waitFor();
    },
    async screenshot(file) {
      // Things that fade in are half there when the page already says so.
      await page.waitForTimeout(400);
      await page.screenshot({ path: file });
    },
  };
}
