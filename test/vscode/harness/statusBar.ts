import type { Locator, Page } from 'playwright-core';

export interface StatusBar {
  /** A status bar item by its id in code, such as `systempromptSync.status`. */
  statusItem(id: string): Locator;
  /** Waits for a status bar item and gives its text, without icons. */
  statusText(id: string): Promise<string>;
  /** What a screen reader says: text and tooltip. */
  statusAccessibleName(id: string): Promise<string>;
}

/** @param extension its `publisher.name`, which the workbench puts before the item's own id */
export function statusBar(page: Page, extension: string): StatusBar {
  const item = (id: string): Locator => page.locator(`[id="${extension}.${id}"]`);
  return {
    statusItem: item,
    async statusText(id) {
      return (await item(id).innerText()).trim();
    },
    async statusAccessibleName(id) {
      return (await item(id).locator('a').getAttribute('aria-label')) ?? '';
    },
  };
}
