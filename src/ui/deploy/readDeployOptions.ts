import * as vscode from 'vscode';
import type { DeployOptions } from '../../core/deploy/deployOptions';
import { deploySettings } from './deploySettings';

/** The settings of a deploy, as they are for the project now. @param root of the project, absolute */
export function readDeployOptions(root: string): DeployOptions {
  const configuration = vscode.workspace.getConfiguration(undefined, vscode.Uri.file(root));
  return deploySettings((id) => configuration.get<unknown>(id));
}
