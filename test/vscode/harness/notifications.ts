import type { Locator, Page } from 'playwright-core';
import type { PageElement } from './pageElement';

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
      // All in one look: one that fades before it is read would be waited for.
      return all.evaluateAll(readToasts);
    },
    async toast(text) {
      await containing(text).waitFor();
      const [toast] = await containing(text).evaluateAll(readToasts);
      if (toast === undefined) throw new Error(`the notification "${text}" has gone`);
      return toast;
    },
    async toastButton(text, button) {
      const pressed = containing(text).locator('.monaco-button', { hasText: button });
      await pressed.click();
      // A notification that was still sliding in has taken the focus, and not the click.
      await pressed.waitFor({ state: 'hidden', timeout: 3_000 }).catch(() => undefined);
      if (await pressed.isVisible()) await pressed.click();
    },
    async clearToasts() {
      await runCommand('Notifications: Clear All Notifications');
      await all.first().waitFor({ state: 'hidden' });
    },
  };
}

/** Runs in the page. */
function readToasts(items: readonly PageElement[]): Toast[] {
  return [...items].map((item) => {
    const text = (found: PageElement | null): string => found?.textContent.trim() ?? '';
    const icon = item.querySelector('.notification-list-item-icon');
    const is = (severity: string): boolean => icon?.classList.contains(`codicon-${severity}`) ?? false;
    return {
      severity: is('error') ? 'error' : is('warning') ? 'warning' : 'info',
      message: text(item.querySelector('.notification-list-item-message')),
      buttons: [...item.querySelectorAll('.monaco-button')].map(text),
    };
  });
}
