import * as vscode from 'vscode';
import { views } from '../contributions';
import { readyGroup, releasesGroup } from '../deploy/deployGroups';
import { jobsGroup } from '../jobs/jobsGroup';
import type { Services } from '../services';
import { createOperationsTreeProvider } from './operationsTreeProvider';

/** The "Jobs and Releases" view: what runs by itself, and what is done now and then. */
export function registerOperationsView(services: Services): vscode.Disposable {
  const groups = [jobsGroup(services), readyGroup(services), releasesGroup(services)];
  const provider = createOperationsTreeProvider(groups);
  const view = vscode.window.createTreeView(views.operations, { treeDataProvider: provider });
  const opened = () => {
    if (view.visible) for (const group of groups) group.opened();
  };
  opened();
  return vscode.Disposable.from(view, provider, view.onDidChangeVisibility(opened));
}
