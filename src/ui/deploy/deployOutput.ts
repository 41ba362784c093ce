import * as vscode from 'vscode';
import { redactingLogger } from '../../core/redact';
import type { Logger } from '../../core/ports';
import { deployChannelName } from '../contributions';
import type { OutputLog } from '../host/outputLog';

/** The channel in which deploys tell their steps and the output of what they run; made when something is to be told. */
export interface DeployOutput extends vscode.Disposable {
  readonly logger: () => Logger;
  show(): void;
}

/** @param log its redactor knows the secrets of this window */
export function createDeployOutput({ redactor }: Pick<OutputLog, 'redactor'>): DeployOutput {
  let channel: vscode.LogOutputChannel | undefined;
  const opened = () => (channel ??= vscode.window.createOutputChannel(deployChannelName, { log: true }));
  return {
    logger: () => redactingLogger(opened(), redactor),
    show: () => opened().show(true),
    dispose: () => channel?.dispose(),
  };
}
