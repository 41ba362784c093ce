import * as vscode from 'vscode';
import { exitCodeOf, exitCodes, type ExitCode } from '../../cli/exitCodes';
import type { RunContext } from '../../core/ports';
import { SyncError } from '../../core/syncError';
import { requireProject } from '../commands/readyState';
import { errorForLog, reportError } from '../errorReport';
import type { Services } from '../services';
import { carryOutDeploy, type DeployStage } from './carryOutDeploy';
import { fixOf } from './checkRows';
import type { DeployResult } from './deployText';
import { withDeployService } from './openDeployService';
import { readDeployOptions } from './readDeployOptions';
import { taskRequest, type TaskRequest } from './taskRequest';
import { terminalLine } from './terminalLine';

/** The terminal of a task: the same checks and questions as the command, its lines, and the exit code of the command line. */
export function deployTerminal(services: Services, definition: vscode.TaskDefinition): vscode.Pseudoterminal {
  const { log } = services;
  const written = new vscode.EventEmitter<string>();
  const closed = new vscode.EventEmitter<number>();
  const stopped = new AbortController();
  const line = (text: string) => written.fire(terminalLine(log.redactor(text)));
  const run = async (): Promise<ExitCode> => {
    const context: RunContext = {
      ...services.quietContext(),
      signal: AbortSignal.any([stopped.signal, services.lifetime]),
    };
    try {
      return await runTask(services, definition, context, line);
    } catch (error) {
      return failTask(services, error, line);
    }
  };
  return {
    onDidWrite: written.event,
    onDidClose: closed.event,
    open: () => void run().then((code) => closed.fire(code)),
    // The editor does not wait for the end; the programs' process group is ended all the same.
    close: () => stopped.abort(),
    // Ctrl+C.
    handleInput: (data) => {
      if (data.includes('\u0003')) stopped.abort();
    },
  };
}

async function runTask(
  services: Services,
  definition: vscode.TaskDefinition,
  context: RunContext,
  line: (text: string) => void,
): Promise<ExitCode> {
  const project = await requireProject(services);
  const request = taskRequest(definition, readDeployOptions(project.root));
  const stage: DeployStage = {
    line,
    run: (title, work) => {
      line(title);
      return work(context);
    },
  };
  if (request.task === 'check') return check(services, request, stage);
  const result = await carryOutDeploy(services, project, { kind: 'deploy', options: request.options }, stage);
  return resultCode(result, context);
}

async function check(services: Services, { options }: TaskRequest, stage: DeployStage): Promise<ExitCode> {
  const { t, deploys } = services;
  const project = await requireProject(services);
  const checks = await stage.run(t('Checking whether a deploy can go'), (context) =>
    withDeployService(services, project, context, (service) => service.preflight(options)),
  );
  deploys.show({ checks });
  for (const found of checks) {
    stage.line(`${found.state} ${found.title}: ${found.message}`);
    const fix = fixOf(found);
    if (fix !== undefined) stage.line(`  ${fix}`);
  }
  return checks.some(({ state }) => state === 'failed') ? exitCodes.usage : exitCodes.done;
}

function resultCode({ success }: DeployResult, { signal }: RunContext): ExitCode {
  if (success) return exitCodes.done;
  return signal?.aborted === true ? exitCodes.cancelled : exitCodes.failure;
}

function failTask({ t, log }: Services, error: unknown, line: (text: string) => void): ExitCode {
  if (SyncError.is(error, 'cancelled')) {
    line(t('Cancelled. {0}', error.message === 'Cancelled.' ? '' : error.message).trim());
    return exitCodes.cancelled;
  }
  log.logger.error(`The task failed with ${errorForLog(error)}`);
  line(reportError(t, error)?.text ?? '');
  return SyncError.is(error) ? exitCodeOf(error.code) : exitCodes.failure;
}
