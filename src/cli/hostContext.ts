import { inMegabytes } from '../core/inMegabytes';
import type { Logger, RunContext } from '../core/ports';
import { createRedactor } from '../core/redact';
import { shownText } from './shownText';

export interface HostOptions {
  readonly verbose: boolean;
  readonly quiet: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stderr: NodeJS.WriteStream;
  readonly signal: AbortSignal;
}

/** Logs and progress go to stderr: stdout belongs to the answer (cli-contract.md). */
export function createHostContext({ verbose, quiet, env, stderr, signal }: HostOptions): RunContext {
  const redact = createRedactor(
    [env['SYSTEMPROMPT_API_TOKEN'], env['SYSTEMPROMPT_TENANT_TOKEN']].filter(isText),
  );
  const write = (level: string, message: string) => stderr.write(shownText(`${level}: ${redact(message)}\n`));
  const logger: Logger = {
    trace() {},
    debug: (message) => verbose && write('debug', message),
    info: (message) => verbose && write('info', message),
    warn: (message) => !quiet && write('warning', message),
    error: (message) => write('error', message),
  };
  return { logger, progress: createProgressLine(stderr, quiet), signal, now: Date.now };
}

/** One line that rewrites itself on a terminal; nothing at all in a log file. */
function createProgressLine(stderr: NodeJS.WriteStream, quiet: boolean): RunContext['progress'] {
  if (quiet || !stderr.isTTY) return () => {};
  return ({ message, done, total, bytes }) => {
    const numbers = done === undefined ? '' : ` ${done}${total === undefined ? '' : `/${total}`}`;
    stderr.write(`\r\u001b[K${shownText(message)}${numbers}${bytes ? ` ${inMegabytes(bytes)}` : ''}`);
    if (done !== undefined && done === total) stderr.write('\r\u001b[K');
  };
}

function isText(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
