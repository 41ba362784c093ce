import { spawn } from 'node:child_process';

import { messageOf } from '../../core/syncError';
import { HttpProblem } from '../httpProblem';
import type { DeployOutcome, TenantSettings } from '../tenantOptions';

/** Between the polite signal and the other one. */
const killAfterMs = 5000;

/**
 * Runs the operator's deploy hook, one at a time.
 *
 * @param closing fires when the server stops; the hook's process group is stopped with it
 */
export function createDeployRunner(
  settings: TenantSettings,
  closing: AbortSignal,
): (image: string) => Promise<DeployOutcome> {
  const { deploy: hook, tenant, timeouts } = settings;
  let running = false;
  return async (image) => {
    if (hook === undefined)
      throw new HttpProblem('not_implemented', 'No deploy hook is configured on this endpoint.');
    if (running) throw new HttpProblem('conflict_error', 'Another deploy is running.');
    running = true;
    const signal = AbortSignal.any([closing, AbortSignal.timeout(timeouts.deployMs)]);
    try {
      if (typeof hook === 'function') return await hook({ image, signal });
      await runCommand(hook.command, image, signal);
      return { status: 'deployed', app_url: tenant.appUrl ?? null };
    } catch (error) {
      if (error instanceof HttpProblem) throw error;
      throw new HttpProblem('bad_gateway', 'The deploy hook failed.', { cause: error });
    } finally {
      running = false;
    }
  };
}

async function runCommand(command: readonly string[], image: string, signal: AbortSignal): Promise<void> {
  const [program, ...args] = command;
  if (program === undefined) throw new HttpProblem('not_implemented', 'The deploy hook is empty.');
  // The hook has no use for the endpoint's own settings, among them the token that protects it.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('SYSTEMPROMPT_TENANT_'));
  const environment = { ...Object.fromEntries(inherited), SYSTEMPROMPT_DEPLOY_IMAGE: image };
  // A group of its own, so that what the hook starts stops with it; its output belongs to no answer and no log.
  const child = spawn(program, [...args, image], {
    stdio: 'ignore',
    detached: true,
    shell: false,
    env: environment,
  });
  const kill = (name: NodeJS.Signals): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    if (process.platform === 'win32') child.kill(name);
    else process.kill(-child.pid, name);
  };
  let force: NodeJS.Timeout | undefined;
  const stop = (): void => {
    kill('SIGTERM');
    force = setTimeout(() => kill('SIGKILL'), killAfterMs);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', (error) => reject(new Error(`it could not be started: ${messageOf(error)}`)));
      child.once('exit', (code, name) => {
        if (code === 0) resolve();
        else
          reject(
            new HttpProblem(
              'bad_gateway',
              `The deploy hook ended with ${name ?? `exit code ${code ?? '?'}`}.`,
            ),
          );
      });
    });
  } finally {
    clearTimeout(force);
    signal.removeEventListener('abort', stop);
  }
}
