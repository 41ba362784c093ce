import * as vscode from 'vscode';
import { taskType } from '../contributions';
import type { Services } from '../services';
import { deployTerminal } from './deployTerminal';

/** Tasks of type `systemprompt`: for tasks.json, for `dependsOn`, and for *Run Task…*. */
export function registerDeployTasks(services: Services): vscode.Disposable {
  const { t, deploys } = services;
  const taskOf = (
    definition: vscode.TaskDefinition,
    name: string,
    scope: vscode.WorkspaceFolder | vscode.TaskScope = vscode.TaskScope.Workspace,
  ) => {
    const execution = new vscode.CustomExecution((resolved) =>
      Promise.resolve(deployTerminal(services, resolved)),
    );
    const task = new vscode.Task(definition, scope, name, taskType, execution, []);
    task.presentationOptions = {
      reveal: vscode.TaskRevealKind.Always,
      panel: vscode.TaskPanelKind.Dedicated,
    };
    return task;
  };
  return vscode.tasks.registerTaskProvider(taskType, {
    provideTasks: () =>
      deploys.state.on
        ? [
            taskOf({ type: taskType, task: 'check' }, t('check')),
            taskOf({ type: taskType, task: 'deploy' }, t('deploy')),
          ]
        : [],
    resolveTask: (task) => taskOf(task.definition, task.name || taskType, task.scope),
  });
}
