import type { Locator, Page } from 'playwright-core';

export interface Toast {
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly buttons: readonly string[];
}

export interface Notifications {
  /** The notifications that are to be seen. Those without buttons fade by themselves after some seconds. */
  toasts(): Promise<Toast[]>;
  /** Waits for a notification that contains `text`. */
  toast(text: string): Promise<Toast>;
  /** Presses a button of the notification that contains `text`. */
  toastButton(text: string, button: string): Promise<void>;
  clearToasts(): Promise<void>;
}

export function notifications(page: Page, runCommand: (name: string) => Promise<void>): Notifications {
  const all = page.locator('.notifications-toasts .notification-list-item');
  const containing = (text: string): Locator => all.filter({ hasText: text }).first();
  return {
    async toasts() {
      return Promise.all((await all.all()).map(readToast));
    },
    async toast(text) {
      await containing(text).waitFor();
      return readToast(containing(text));
    },
    async toastButton(text, button) {
      await containing(text).locator('.monaco-button', { hasText: button }).click();
    },
    async clearToasts() {
      await runCommand('Notifications: Clear All Notifications');
      await all.first().waitFor({ state: 'hidden' });
    },
  };
}

async function readToast(item: Locator): Promise<Toast> {
  const icon = (await item.locator('.notification-list-item-icon').getAttribute('class')) ?? '';
  return {
    severity: icon.includes('codicon-error')
      ? 'error'
      : icon.includes('codicon-warning')
        ? 'warning'
        : 'info',
    message: (await item.locator('.notification-list-item-message').innerText()).trim(),
    buttons: await item.locator('.monaco-button').allInnerTexts(),
  };
}
