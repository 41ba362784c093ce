import * as vscode from 'vscode';
import type { Logger } from '../../core/ports';
import { createRedactor, redactingLogger, type Redactor } from '../../core/redact';
import { outputChannelName } from '../contributions';

export interface OutputLog extends vscode.Disposable {
  /** Masks secrets before anything reaches the channel. */
  readonly logger: Logger;
  readonly redactor: Redactor;
  show(): void;
  /** A command has shown the log; the editor does not tell who opens the panel by hand. */
  readonly onDidShow: vscode.Event<void>;
}

export function createOutputLog(): OutputLog {
  const channel = vscode.window.createOutputChannel(outputChannelName, { log: true });
  const redactor = createRedactor();
  const shown = new vscode.EventEmitter<void>();
  return {
    logger: redactingLogger(channel, redactor),
    redactor,
    show() {
      channel.show(true);
      shown.fire();
    },
    onDidShow: shown.event,
    dispose() {
      channel.dispose();
      shown.dispose();
    },
  };
}
