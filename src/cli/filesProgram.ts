import { Option, type Command as CommanderCommand } from 'commander';
import type { RunAction } from './runAction';

/** `files …` and `sync push|pull` (cli-contract.md). */
export function addFilesCommands(program: CommanderCommand, run: RunAction): void {
  const files = program.command('files').description('the services directory and the files of the tenant');
  files
    .command('diff')
    .description('list what differs, file by file (changes nothing)')
    .addOption(pathOption())
    .action(run(async () => (await import('./commands/files')).filesDiff));
  addApplyOptions(files.command('push').description('files here onto the tenant')).action(
    run(async () => (await import('./commands/files')).filesApply('push')),
  );
  addApplyOptions(files.command('pull').description('files of the tenant onto this disk')).action(
    run(async () => (await import('./commands/files')).filesApply('pull')),
  );
  files
    .command('backups')
    .description('old files, newest first')
    .action(run(async () => (await import('./commands/files')).filesBackups));
  files
    .command('restore')
    .argument('<id>', 'of `files backups`')
    .description('bring old files back to this disk')
    .option('--override', 'also where something changed since')
    .action(async function (this: CommanderCommand, id: string) {
      await run(async () => (await import('./commands/files')).filesRestore(id)).call(this);
    });

  const sync = program.command('sync').description('files, then database; a result for each');
  addApplyOptions(sync.command('push').description('everything here onto the tenant')).action(
    run(async () => (await import('./commands/sync')).syncAll('push')),
  );
  addApplyOptions(sync.command('pull').description('everything of the tenant here')).action(
    run(async () => (await import('./commands/sync')).syncAll('pull')),
  );
}

function addApplyOptions(command: CommanderCommand): CommanderCommand {
  return command
    .addOption(pathOption())
    .addOption(
      new Option('--conflict <side>', 'for files changed on both sides, or without an earlier sync')
        .choices(['abort', 'local', 'remote'])
        .default('abort'),
    )
    .option('--delete', 'carry deletions over; without an earlier sync only of files named with --path')
    .addOption(limitOption('--max-entries <n>', 'entries of an archive of the tenant (100000)'))
    .addOption(limitOption('--max-file-size <MiB>', 'one file of it, unpacked (256)'))
    .addOption(limitOption('--max-archive-size <MiB>', 'all of it, unpacked (2048)'))
    .addOption(limitOption('--max-ratio <n>', 'unpacked size over packed size (200)'));
}

function limitOption(flags: string, description: string): Option {
  return new Option(flags, `limit: ${description}`).argParser(Number);
}

function pathOption(): Option {
  return new Option(
    '--path <glob>',
    'only these files, relative to the services directory, gitignore syntax (repeatable)',
  ).argParser((value: string, earlier: readonly string[] = []) => [...earlier, value]);
}
