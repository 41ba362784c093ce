import type { Locator, Page } from 'playwright-core';
import type { PageElement } from './pageElement';

export interface Editors {
  /** The titles of the tabs, left to right. */
  tabs(): Promise<string[]>;
  /** Waits for a tab and makes it the active one. */
  openTab(title: string): Promise<void>;
  /** The rendered lines of the active editor (about forty). */
  editorText(): Promise<string>;
  /** The rendered lines of both sides of the active diff editor. */
  diffText(): Promise<{ original: string; modified: string }>;
  /** Opens a file of the workspace by its name or path. */
  openFile(path: string): Promise<void>;
  /** Puts the cursor into the active editor, to type with `page.keyboard`. */
  focusEditor(): Promise<void>;
}

export function editors(page: Page): Editors {
  const active = page.locator('.editor-group-container.active');
  const tab = page.locator('.tabs-container .tab');
  return {
    async tabs() {
      const names = await tab.locator('.tab-label .label-name').allInnerTexts();
      return names.map((name) => name.trim());
    },
    async openTab(title) {
      await tab.filter({ hasText: title }).first().click();
    },
    async editorText() {
      return lines(active.locator('.editor-instance .monaco-editor .view-lines').first());
    },
    async diffText() {
      const diff = active.locator('.monaco-diff-editor');
      return {
        original: await lines(diff.locator('.editor.original .view-lines')),
        modified: await lines(diff.locator('.editor.modified .view-lines')),
      };
    },
    async openFile(path) {
      await page.keyboard.press('ControlOrMeta+P');
      const box = page.locator('.quick-input-widget:visible input.input');
      await box.fill(path);
      const name = path.split('/').at(-1) ?? path;
      // Until the search has answered, the box lists files that were open before: the folder tells them apart.
      const folder = path.split('/').at(-2) ?? '';
      const rows = page.locator('.quick-input-list .monaco-list-row', { hasText: name });
      await rows.filter({ hasText: folder }).first().click();
      await tab.filter({ hasText: name }).first().waitFor();
    },
    async focusEditor() {
      await active.locator('.editor-instance .monaco-editor .view-lines').first().click();
    },
  };
}

/** The editor draws each line as an element of its own, not in order, with blanks that do not break. */
async function lines(viewLines: Locator): Promise<string> {
  await viewLines.waitFor();
  const drawn = await viewLines
    .locator('.view-line')
    .evaluateAll((elements: PageElement[]) =>
      elements.map((element) => ({ top: parseFloat(element.style.top), text: element.textContent })),
    );
  return drawn
    .sort((a, b) => a.top - b.top)
    .map(({ text }) => text.replaceAll('\u00a0', ' '))
    .join('\n');
}
