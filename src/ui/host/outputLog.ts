import * as vscode from 'vscode';
import type { Logger } from '../../core/ports';
import { createRedactor, redactingLogger, type Redactor } from '../../core/redact';
import { outputChannelName } from '../contributions';

export interface OutputLog extends vscode.Disposable {
  /** Masks secrets before anything reaches the channel. */
  readonly logger: Logger;
  readonly redactor: Redactor;
  show(): void;
}

export function createOutputLog(): OutputLog {
  const channel = vscode.window.createOutputChannel(outputChannelName, { log: true });
  const redactor = createRedactor();
  return {
    logger: redactingLogger(channel, redactor),
    redactor,
    show: () => channel.show(true),
    dispose: () => channel.dispose(),
  };
}
