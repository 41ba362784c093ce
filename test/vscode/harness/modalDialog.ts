import type { Page } from 'playwright-core';
import { exactly } from './exactly';

export interface ModalDialog {
  /** Waits for a modal dialog and reads it. */
  modal(): Promise<{ message: string; detail: string; buttons: string[] }>;
  /** Presses a button of the modal dialog and waits until it is gone. */
  modalButton(label: string): Promise<void>;
  /** Whether a modal dialog is open. */
  hasModal(): Promise<boolean>;
}

export function modalDialog(page: Page): ModalDialog {
  const box = page.locator('.monaco-dialog-box');
  return {
    async modal() {
      await box.waitFor();
      const detail = box.locator('.dialog-message-detail');
      return {
        message: (await box.locator('.dialog-message-text').innerText()).trim(),
        detail: (await detail.isVisible()) ? (await detail.innerText()).trim() : '',
        buttons: await box.locator('.dialog-buttons .monaco-button').allInnerTexts(),
      };
    },
    async modalButton(label) {
      await box.locator('.dialog-buttons .monaco-button', { hasText: exactly(label) }).click();
      await box.waitFor({ state: 'hidden' });
    },
    async hasModal() {
      return box.isVisible();
    },
  };
}
