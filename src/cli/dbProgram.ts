import { InvalidArgumentError, Option, type Command as CommanderCommand } from 'commander';
import { homeKinds } from '../core/database/sync/syncTables';
import type { RunAction } from './runAction';

/** `db diff`, `db push`, `db pull` (cli-contract.md). */
export function addDbCommands(program: CommanderCommand, run: RunAction): void {
  const db = program.command('db').description('users and contexts of the local and the cloud database');
  addChoices(db.command('diff').description('list what would be pushed (changes nothing)'))
    .addOption(
      new Option('--direction <direction>', 'compare for a push or a pull')
        .choices(['push', 'pull'])
        .default('push'),
    )
    .action(run(async () => (await import('./commands/db')).dbDiff));
  addApplyOptions(db.command('push').description('local rows into the cloud database')).action(
    run(async () => (await import('./commands/db')).dbApply('push')),
  );
  addApplyOptions(db.command('pull').description('cloud rows into the local database')).action(
    run(async () => (await import('./commands/db')).dbApply('pull')),
  );
}

function addChoices(command: CommanderCommand): CommanderCommand {
  return command
    .addOption(
      new Option('--conflict <side>', 'for rows changed on both sides, or without an earlier sync')
        .choices(['abort', 'source', 'target', 'newest'])
        .default('newest'),
    )
    .option(
      '--include-protected',
      'also name, e-mail, roles, status and e-mail verification of existing users',
    )
    .addOption(
      new Option('--include <kind>', 'also users of this kind, who stay home otherwise (repeatable)')
        .choices([...homeKinds])
        .argParser(collectKind),
    )
    .option('--in <file>', 'rows of a file of an earlier export, instead of the source database');
}

function addApplyOptions(command: CommanderCommand): CommanderCommand {
  return addChoices(command)
    .addOption(
      new Option('--batch <rows>', 'a transaction per so many rows, instead of one for all').argParser(
        rowCount,
      ),
    )
    .option('--out <file>', 'write the rows that travel into a file, and change nothing');
}

function collectKind(value: string, earlier: readonly string[] = []): string[] {
  if (!homeKinds.some((kind) => kind === value)) {
    throw new InvalidArgumentError(`Allowed choices are ${homeKinds.join(', ')}.`);
  }
  return [...earlier, value];
}

function rowCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new InvalidArgumentError('A number of rows, 1 or more, is expected.');
  return Number(text);
}
