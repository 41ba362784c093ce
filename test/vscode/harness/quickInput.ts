import type { Locator, Page } from 'playwright-core';
import { exactly } from './exactly';
import type { PageElement } from './pageElement';

/** The drop-down at the top: command palette, quick picks, input boxes. */
export interface QuickInput {
  /** Runs a command of the palette by its full name, such as `Systemprompt Sync: Refresh`. */
  runCommand(name: string): Promise<void>;
  /** The commands that the palette offers for `filter`, such as `Systemprompt Sync`. */
  commands(filter: string): Promise<string[]>;
  /** The entries of the open quick pick. */
  picks(): Promise<string[]>;
  /** Chooses the first entry of the open quick pick that contains `text`. */
  pick(text: string): Promise<void>;
  /** Waits for an input box, fills it, presses Enter, and waits until the box has taken it. */
  enterText(text: string): Promise<void>;
  /** The same for a box that hides what is typed: no other box is taken for it. */
  enterSecret(text: string): Promise<void>;
  /** What the open input says below its box: prompt or refusal. */
  message(): Promise<string>;
  /** The box itself: for its `type`, placeholder and value. */
  readonly box: Locator;
  close(): Promise<void>;
}

export function quickInput(page: Page): QuickInput {
  const widget = page.locator('.quick-input-widget:visible');
  const box = widget.locator('input.input');
  const rows = widget.locator('.quick-input-list .monaco-list-row');

  const search = async (text: string): Promise<void> => {
    await page.keyboard.press('F1');
    await box.waitFor();
    await box.fill(`>${text}`);
  };

  const enter = async (input: Locator, text: string): Promise<void> => {
    await input.waitFor();
    await input.fill(text);
    await input.press('Enter');
    await input.waitFor({ state: 'hidden' });
  };

  return {
    box,
    async runCommand(name) {
      // The palette sorts by what was used last: the first row may be another command that contains the name.
      const row = rows.filter({ has: page.locator('.label-name', { hasText: exactly(name) }) }).first();
      await search(name);
      // A widget that was still closing took the key press, or the command was not yet to be had when the palette opened:
      // it is opened anew, since an open one lists what there was.
      await row.waitFor({ timeout: 5_000 }).catch(async () => {
        await page.keyboard.press('Escape');
        await widget.waitFor({ state: 'hidden' });
        await search(name);
      });
      await row.click();
      // The same widget may open again for the command's own question.
      await page.waitForFunction(`(${isPaletteGone.toString()})(${JSON.stringify(`>${name}`)})`);
    },
    async commands(filter) {
      await search(filter);
      await rows.first().waitFor();
      const names = await labels(rows);
      await page.keyboard.press('Escape');
      return names.filter((name) => name.startsWith(filter));
    },
    async picks() {
      await rows.first().waitFor();
      return labels(rows);
    },
    async pick(text) {
      await rows.filter({ hasText: text }).first().click();
    },
    enterText: (text) => enter(box, text),
    enterSecret: (text) => enter(widget.locator('input.input[type=password]'), text),
    async message() {
      return (await widget.locator('.quick-input-message').innerText()).trim();
    },
    async close() {
      await page.keyboard.press('Escape');
      await widget.waitFor({ state: 'hidden' });
    },
  };
}

/** Runs in the page. */
function isPaletteGone(typed: string): boolean {
  const root = globalThis as unknown as {
    document: { querySelector(selector: string): PageElement | null };
  };
  const widget = root.document.querySelector('.quick-input-widget');
  const input = root.document.querySelector('.quick-input-widget input.input');
  return widget === null || widget.style.display === 'none' || input?.value !== typed;
}

async function labels(rows: Locator): Promise<string[]> {
  const texts = await rows.locator('.quick-input-list-label .label-name').allInnerTexts();
  return texts.map((text) => text.trim());
}
