import type { Locator, Page } from 'playwright-core';
import { exactly } from './exactly';
import type { PageElement, PageGlobals } from './pageElement';

export interface TreeRow {
  readonly label: string;
  readonly description: string;
  /** 1 for the roots. */
  readonly level: number;
  /** undefined for a row without children. */
  readonly expanded: boolean | undefined;
  /** undefined for a row without a checkbox. */
  readonly checked: boolean | undefined;
  /** What a screen reader says. */
  readonly accessibleName: string;
}

export interface TreeView {
  /** Opens a view container by the name of its icon in the activity bar. */
  openContainer(name: string): Promise<void>;
  /** Expands a view of the open container by its title. */
  openView(view: string): Promise<void>;
  /** The number on the icon of a view container; '' without one. */
  badge(name: string): Promise<string>;
  /** The rows of a view that are to be seen, top to bottom. */
  treeRows(view: string): Promise<TreeRow[]>;
  /** The row of a view whose label is `label`: to click, to right-click, to expand. */
  treeRow(view: string, label: string): Locator;
  /** The letters that a decoration puts behind the row's label. */
  rowLetters(view: string, label: string): Promise<string>;
  /** Expands or collapses. */
  toggleRow(view: string, label: string): Promise<void>;
  /** Ticks or unticks the row's checkbox. */
  checkRow(view: string, label: string): Promise<void>;
  /** Presses an icon of the row. */
  rowAction(view: string, label: string, action: string): Promise<void>;
  /** Presses an icon in the title of the view. */
  titleAction(view: string, action: string): Promise<void>;
  /** Chooses an entry of the "…" menu in the title of the view. */
  titleMenu(view: string, entry: string): Promise<void>;
  /** Chooses an entry of the menu that a right click opens. */
  contextMenu(target: Locator, entry: string): Promise<void>;
  /** The entries of the menu that a right click opens; closes it again. */
  contextMenuEntries(target: Locator): Promise<string[]>;
  /** The text, with its links and buttons, of a view without rows. */
  welcome(view: string): Promise<string>;
  /** Presses a button of a view without rows. */
  welcomeButton(view: string, label: string): Promise<void>;
}

export function treeView(page: Page): TreeView {
  const icon = (name: string): Locator =>
    page.locator(`.activitybar .action-item:has([aria-label^="${name}"])`);
  const pane = (view: string): Locator => page.locator(`.pane:has(> .pane-header[aria-label^="${view}"])`);
  const row = (view: string, label: string): Locator =>
    pane(view)
      .locator('.monaco-list-row')
      .filter({ has: page.locator('.label-name', { hasText: exactly(label) }) });
  const menu = page.locator('.monaco-menu:visible .action-label');

  return {
    async openContainer(name) {
      const shown = page.locator('.sidebar .composite.title', { hasText: new RegExp(name, 'i') });
      if (!(await shown.isVisible())) await icon(name).first().click();
      await shown.waitFor();
    },
    async openView(view) {
      const header = pane(view).locator('> .pane-header');
      await header.waitFor();
      if ((await header.getAttribute('aria-expanded')) !== 'true') await header.click();
    },
    async badge(name) {
      const content = icon(name).locator('.badge-content');
      return (await content.isVisible()) ? content.innerText() : '';
    },
    async treeRows(view) {
      // All in one look: a row that is gone by the time it is read would be waited for.
      return pane(view).locator('.monaco-list-row').evaluateAll(readRows);
    },
    treeRow: row,
    async rowLetters(view, label) {
      return row(view, label).locator('.monaco-icon-label').evaluate(readLetters);
    },
    async toggleRow(view, label) {
      const expanded = () => row(view, label).getAttribute('aria-expanded');
      const before = await expanded();
      // A click on a row that is drawn anew under it is lost.
      for (let tries = 0; tries < 3 && (await expanded()) === before; tries += 1) {
        await untilQuiet(page);
        await row(view, label).locator('.monaco-tl-twistie').click();
        await page.waitForTimeout(300);
      }
    },
    async checkRow(view, label) {
      await row(view, label).getByRole('checkbox').click();
    },
    async rowAction(view, label, action) {
      await untilQuiet(page);
      await row(view, label).hover();
      await row(view, label).locator(`.actions .action-label[aria-label^="${action}"]`).click();
    },
    async titleAction(view, action) {
      const bar = page.locator('.sidebar').locator(`.action-label[aria-label^="${action}"]:visible`);
      await pane(view).hover();
      await bar.first().click();
    },
    async titleMenu(view, entry) {
      await pane(view).hover();
      await pane(view).locator('> .pane-header .codicon-toolbar-more').click();
      await menu.filter({ hasText: entry }).first().waitFor();
      // As below.
      await page.waitForTimeout(300);
      await menu.filter({ hasText: entry }).first().click();
    },
    async contextMenu(target, entry) {
      await untilQuiet(page);
      await target.click({ button: 'right' });
      const item = menu.filter({ hasText: entry }).first();
      await item.waitFor();
      // A menu ignores the mouse at first, so that the right click itself chooses nothing.
      await page.waitForTimeout(400);
      await item.click();
      await item.waitFor({ state: 'hidden' });
    },
    async contextMenuEntries(target) {
      await target.click({ button: 'right' });
      await menu.first().waitFor();
      const entries = await menu.allInnerTexts();
      await page.keyboard.press('Escape');
      return entries.map((text) => text.trim()).filter((text) => text !== '');
    },
    async welcome(view) {
      return (await pane(view).locator('.welcome-view-content').innerText()).trim();
    },
    async welcomeButton(view, label) {
      await pane(view).locator('.welcome-view-content .monaco-button', { hasText: label }).click();
    },
  };
}

/** Longer than the extension waits after a change of files before it compares. */
const quietMs = 800;

/**
 * Files that the extension has written are seen by its watcher as well: a menu that is open while the comparison after that
 * draws the rows anew has lost its row.
 */
async function untilQuiet(page: Page): Promise<void> {
  const spinning = page.locator('.statusbar .codicon-modifier-spin');
  // A row that the mouse rests on shows its tooltip, over the rows below.
  await page.mouse.move(900, 500);
  for (let since = Date.now(); Date.now() - since < quietMs; await page.waitForTimeout(50))
    if ((await spinning.count()) > 0) since = Date.now();
}

/** Runs in the page. */
function readRows(rows: readonly PageElement[]): TreeRow[] {
  const flag = (value: string | null | undefined): boolean | undefined =>
    value === 'true' ? true : value === 'false' ? false : undefined;
  const top = (row: PageElement): number => row.getBoundingClientRect().top;
  return [...rows]
    .sort((one, other) => top(one) - top(other))
    .map((row) => {
      const text = (selector: string): string => row.querySelector(selector)?.textContent.trim() ?? '';
      return {
        label: text('.label-name'),
        description: text('.label-description'),
        level: Number(row.getAttribute('aria-level')),
        expanded: flag(row.getAttribute('aria-expanded')),
        checked: flag(row.querySelector('[role="checkbox"]')?.getAttribute('aria-checked')),
        accessibleName: row.getAttribute('aria-label') ?? '',
      };
    });
}

/** Runs in the page. */
function readLetters(label: PageElement): string {
  const page = globalThis as unknown as PageGlobals;
  return page.getComputedStyle(label, '::after').content.replaceAll('"', '');
}
