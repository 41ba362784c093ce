import { checkDeployOptions, type DeployOptions } from '../../core/deploy/deployOptions';
import { SyncError } from '../../core/syncError';
import { taskType } from '../contributions';

/** A task as tasks.json has it, checked. */
export interface TaskRequest {
  readonly task: 'check' | 'deploy';
  readonly options: DeployOptions;
}

const flags = ['skipBuild', 'skipCargo', 'skipPush', 'secrets'] as const;

/**
 * Reads a task of type `systemprompt`; what it says goes before the settings. Pure.
 * @param definition as it stands in tasks.json: anything can stand there
 * @throws SyncError `invalidInput`
 */
export function taskRequest(
  definition: Readonly<Record<string, unknown>>,
  settings: DeployOptions,
): TaskRequest {
  const { task, tag, waitSeconds } = definition;
  if (task !== 'check' && task !== 'deploy') throw invalid('task', '"check" or "deploy"');
  if (tag !== undefined && typeof tag !== 'string') throw invalid('tag', 'a text');
  if (waitSeconds !== undefined && !isSeconds(waitSeconds))
    throw invalid('waitSeconds', 'a number of seconds');
  const options: DeployOptions = {
    ...settings,
    ...Object.fromEntries(flags.flatMap((name) => flagOf(definition, name))),
    ...(tag !== undefined && { tag }),
    ...(waitSeconds !== undefined && { waitMs: waitSeconds * 1000 }),
  };
  checkDeployOptions(options);
  return { task, options };
}

function flagOf(definition: Readonly<Record<string, unknown>>, name: string): [string, boolean][] {
  const value = definition[name];
  if (value === undefined) return [];
  if (typeof value !== 'boolean') throw invalid(name, 'true or false');
  return [[name, value]];
}

function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 3600;
}

function invalid(field: string, expected: string): SyncError {
  return new SyncError('invalidInput', `"${field}" of a task of type ${taskType} has to be ${expected}.`, {
    hint: 'Correct it in .vscode/tasks.json.',
    details: { field },
  });
}
