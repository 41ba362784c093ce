import { spawn, type ChildProcess } from 'node:child_process';
import { errnoOf, messageOf, SyncError } from '../syncError';
import { commandText, type Command } from './commandText';
import { outputLines } from './outputLines';
import { signalGroup } from './stopGroup';

export interface CommandOptions {
  readonly signal?: AbortSignal | undefined;
  /** Masks secrets in everything that leaves here: lines, errors, the command itself. */
  readonly mask: (text: string) => string;
  readonly onLine?: ((line: string) => void) | undefined;
  /** Between SIGTERM and SIGKILL after a cancellation; default 5 s. */
  readonly killAfterMs?: number | undefined;
}

export interface CommandOutput {
  /** Lines of standard output; of a long one, the last. */
  readonly stdout: readonly string[];
}

/** The last lines are kept: of standard output for whoever parses it, of both for the error. */
const keptOutput = 1000;
const keptForError = 20;
/** How long output is waited for once the program has ended: something that it left behind may hold the pipe. */
const drainMs = 2000;

/**
 * Runs a program to its end, in a process group of its own. A cancellation ends the whole group, and this returns only once it
 * is gone.
 *
 * @throws SyncError `commandSpawnFailed` (details: command), `commandFailed` (details: command, exitCode or signal, output),
 *   `cancelled`
 */
export async function runCommand(command: Command, options: CommandOptions): Promise<CommandOutput> {
  const { signal, mask, onLine, killAfterMs = 5000 } = options;
  SyncError.throwIfAborted(signal);
  const stdout: string[] = [];
  const last: string[] = [];
  const collect = (line: string, isOutput: boolean): void => {
    if (isOutput) keep(stdout, line, keptOutput);
    keep(last, line, keptForError);
    onLine?.(line);
  };
  const child = start(command);
  const out = outputLines(mask, (line) => collect(line, true));
  const err = outputLines(mask, (line) => collect(line, false));
  child.stdout.on('data', out.write);
  child.stderr.on('data', err.write);
  // A program that does not read its input to the end says why in its own words.
  child.stdin.on('error', () => undefined);
  child.stdin.end(command.input ?? '');

  let force: NodeJS.Timeout | undefined;
  const stop = (): void => {
    signalGroup(child, 'SIGTERM');
    force = setTimeout(() => signalGroup(child, 'SIGKILL'), killAfterMs);
  };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const end = await ended(child);
    if (signal?.aborted) signalGroup(child, 'SIGKILL');
    await drained(child);
    out.end();
    err.end();
    SyncError.throwIfAborted(signal);
    if (end !== 0) throw failed(mask(commandText(command)), end, last);
    return { stdout };
  } catch (error) {
    throw SyncError.is(error) ? error : notStarted(mask(commandText(command)), command.program, error);
  } finally {
    clearTimeout(force);
    signal?.removeEventListener('abort', stop);
  }
}

function start({ program, args, cwd, env }: Command) {
  return spawn(program, args, {
    cwd,
    env,
    shell: false,
    detached: process.platform !== 'win32',
    windowsHide: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Exit code, or the signal that ended it. */
function ended(child: ChildProcess): Promise<number | NodeJS.Signals> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, name) => resolve(code ?? name ?? -1));
  });
}

async function drained(child: ChildProcess): Promise<void> {
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, drainMs);
  });
  const closed = Promise.all(
    streams.map((stream) =>
      stream.closed ? Promise.resolve() : new Promise((resolve) => stream.once('close', resolve)),
    ),
  );
  await Promise.race([closed, late]);
  clearTimeout(timer);
  for (const stream of streams) stream.destroy();
}

function keep(lines: string[], line: string, limit: number): void {
  lines.push(line);
  if (lines.length > limit) lines.shift();
}

function failed(text: string, end: number | NodeJS.Signals, output: readonly string[]): SyncError {
  const how = typeof end === 'number' ? `exit code ${end}` : end;
  const said = output.length === 0 ? '' : ` Its last words: ${output.slice(-3).join(' / ')}`;
  return new SyncError('commandFailed', `The command failed with ${how}: ${text}.${said}`, {
    hint: 'Run the command by itself to see more; its whole output stands above.',
    details: {
      command: text,
      ...(typeof end === 'number' ? { exitCode: end } : { signal: end }),
      output: [...output],
    },
  });
}

function notStarted(text: string, program: string, error: unknown): SyncError {
  const missing = errnoOf(error) === 'ENOENT';
  const why = missing ? `${program} was not found on PATH` : messageOf(error);
  return new SyncError('commandSpawnFailed', `The command could not be started: ${text}: ${why}.`, {
    hint: missing ? `Install ${program}, or put it on PATH.` : `Check that ${program} may be run.`,
    details: { command: text, ...(missing && { reason: 'notFound' }) },
    cause: error,
  });
}
