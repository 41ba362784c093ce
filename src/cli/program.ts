import { Command as CommanderCommand, InvalidArgumentError, Option } from 'commander';
import { addAclCommands } from './aclProgram';
import { addDbCommands } from './dbProgram';
import { addDeployCommands } from './deployProgram';
import { addFilesCommands } from './filesProgram';
import { addJobsCommands } from './jobsProgram';
import { addTenantCommands } from './tenantProgram';
import type { RunAction } from './runAction';
import type { Command, GlobalOptions } from './session';

/** Runs a command with its parsed options; the caller owns errors and exit codes. */
export type Dispatch = (
  globals: GlobalOptions,
  load: () => Promise<Command<object>>,
  options: object,
) => Promise<void>;

/**
 * The command line of cli-contract.md. Commands are loaded when they run, so that `--help` is instant.
 */
export function createProgram(version: string, dispatch: Dispatch): CommanderCommand {
  const program = new CommanderCommand('systemprompt-sync')
    .description(
      'Shows where disk, database and tenant of a systemprompt.io project differ, and brings them in step.',
    )
    .version(version)
    .showHelpAfterError('(--help lists the options)');
  addGlobalOptions(program);

  const run: RunAction = <Options extends object>(load: () => Promise<Command<Options>>) =>
    async function (this: CommanderCommand): Promise<void> {
      await dispatch(program.opts(), load as () => Promise<Command<object>>, this.opts());
    };

  program
    .command('status')
    .description('what differs, in one look')
    .action(run(async () => (await import('./commands/status')).status));

  const content = program.command('content').description('markdown files and rows of markdown_content');
  content
    .command('diff')
    .description('list what differs, item by item (changes nothing)')
    .addOption(sourceOption())
    .action(run(async () => (await import('./commands/content')).contentDiff));
  addApplyOptions(content.command('to-db').description('write files into the database')).action(
    run(async () => (await import('./commands/content')).contentApply('to-db')),
  );
  addApplyOptions(content.command('to-disk').description('write rows into files')).action(
    run(async () => (await import('./commands/content')).contentApply('to-disk')),
  );

  const backups = program
    .command('backups')
    .description('old values of everything that was overwritten or deleted');
  backups
    .command('list')
    .description('newest first')
    .action(run(async () => (await import('./commands/backups')).backupsList));
  backups
    .command('restore')
    .argument('<id>', 'of `backups list`')
    .description('bring the old values back')
    .option('--override', 'also where something changed since')
    .action(async function (this: CommanderCommand, id: string) {
      await dispatch(
        program.opts(),
        async () => (await import('./commands/backups')).backupsRestore(id),
        this.opts(),
      );
    });
  backups
    .command('prune')
    .description('remove all but the newest')
    .action(run(async () => (await import('./commands/backups')).backupsPrune));

  const project = program.command('project').description('the project at hand');
  project
    .command('show')
    .description('what was found, and from where')
    .action(run(async () => (await import('./commands/project')).projectShow));
  addAclCommands(program, run);
  addDbCommands(program, run);
  addDeployCommands(program, run);
  addFilesCommands(program, run);
  addJobsCommands(program, run);
  addTenantCommands(program, run);
  return program;
}

function addGlobalOptions(program: CommanderCommand): void {
  program
    .option('--project <dir>', 'where to look for the project (default: here, walking up)')
    .option('--profile <name>', 'profile under .systemprompt/profiles/')
    .option('--services <dir>', 'services directory, instead of the discovered one')
    .option('--database-url <url>', "local database, instead of the profile's (env DATABASE_URL)")
    .option('--cloud-database-url <url>', 'cloud database (env SYSTEMPROMPT_CLOUD_DATABASE_URL)')
    .option('--api-url <url>', 'control plane, relay mode (env SYSTEMPROMPT_API_URL)')
    .option('--origin <url>', 'direct mode against this origin')
    .option('--tenant <id>', 'tenant id (env SYSTEMPROMPT_TENANT_ID)')
    .option('--client-id <id>', 'OAuth client id for the token exchange', 'sp_web')
    .option('--json', 'one JSON document on stdout')
    .option('--dry-run', 'print the plan, change nothing')
    .option('--yes', 'do not ask')
    .option('--confirm-target <host>', 'the typed confirmation of a production target')
    .addOption(new Option('--allow-mass-delete <n>', 'allow at most n deletions').argParser(wholeNumber))
    .option('-v, --verbose', 'say more on stderr')
    .option('-q, --quiet', 'say less on stderr');
}

function addApplyOptions(command: CommanderCommand): CommanderCommand {
  return command
    .addOption(sourceOption())
    .addOption(new Option('--slug <slug>', 'only this item (repeatable)').argParser(collect))
    .option('--override', 'this side wins wherever the two differ')
    .option('--delete-orphans', 'carry deletions over; without a base only of items named with --slug')
    .addOption(
      new Option('--conflict <side>', 'for items changed on both sides')
        .choices(['abort', 'disk', 'database'])
        .default('abort'),
    );
}

function sourceOption(): Option {
  return new Option('--source <name>', 'only this content source (repeatable)').argParser(collect);
}

function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('A whole number is expected.');
  return Number(text);
}
