import type { Command as CommanderCommand } from 'commander';
import type { Command } from './session';

/** Turns a command, loaded when it runs, into an action of commander; `program.ts` owns options, errors and exit codes. */
export type RunAction = <Options extends object>(
  load: () => Promise<Command<Options>>,
) => (this: CommanderCommand) => Promise<void>;
