import { CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { createRedactor } from '../core/redact';
import { SyncError } from '../core/syncError';
import { exitCodeOf, exitCodes, type ExitCode } from './exitCodes';
import { createHostContext } from './hostContext';
import { createOutput } from './output';
import { createProgram } from './program';
import type { Command, GlobalOptions } from './session';
import { createTerminal } from './terminal';

/** The edge of the process: the only place that reads the environment, watches signals and sets the exit code. */
async function main(): Promise<void> {
  const abort = new AbortController();
  // The first signal stops at the next safe point; the second one ends the process at once.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => abort.abort(new Error(signal)));

  const program = createProgram(packageJson.version, async (globals, load, options) => {
    process.exitCode = await runCommand(globals, load, options, abort.signal);
  });
  program.exitOverride();
  for (const command of allCommands(program)) command.exitOverride().configureOutput({ writeErr: () => {} });
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = endOfParsing(error);
  }
}

async function runCommand(
  globals: GlobalOptions,
  load: () => Promise<Command<object>>,
  options: object,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { env, stdin, stdout, stderr } = process;
  const json = globals.json ?? false;
  const verbose = globals.verbose ?? false;
  const redact = createRedactor(
    [globals.databaseUrl, globals.cloudDatabaseUrl, env['SYSTEMPROMPT_API_TOKEN']].filter(
      (text) => text !== undefined,
    ),
  );
  const output = createOutput(stdout, stderr, { json, verbose, redact });
  const context = createHostContext({ verbose, quiet: globals.quiet ?? false, env, stderr, signal });
  try {
    const command = await load();
    const terminal = createTerminal(stdin, stderr, signal);
    const host = { context, output, terminal, env, cwd: process.cwd(), programs: import.meta.dirname };
    return await command({ options: globals, ...host }, options);
  } catch (error) {
    const shown =
      signal.aborted && !SyncError.is(error, 'cancelled')
        ? new SyncError('cancelled', 'Cancelled.', { cause: error })
        : error;
    output.fail(shown);
    return SyncError.is(shown) ? exitCodeOf(shown.code) : exitCodes.failure;
  }
}

/** Help and version end well; anything else that commander refuses is a fault in the words of the call. */
function endOfParsing(error: unknown): ExitCode {
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
  const json = process.argv.includes('--json');
  const message = error instanceof CommanderError ? error.message.replace(/^error: /, '') : String(error);
  createOutput(process.stdout, process.stderr, { json, verbose: false, redact: (text) => text }).fail(
    new SyncError('invalidInput', message, { hint: 'systemprompt-sync --help lists commands and options.' }),
  );
  return exitCodes.usage;
}

function allCommands(command: ReturnType<typeof createProgram>): ReturnType<typeof createProgram>[] {
  return [command, ...command.commands.flatMap((child) => allCommands(child))];
}

await main();
