import { Option, type Command as CommanderCommand } from 'commander';
import type { RunAction } from './runAction';

/** `jobs …` of cli-contract.md. */
export function addJobsCommands(program: CommanderCommand, run: RunAction): void {
  const jobs = program
    .command('jobs')
    .description('synchronisation on a schedule: .systemprompt/sync/jobs.yaml and the table scheduled_jobs');
  jobs
    .command('list')
    .description("the project's jobs, and the server's own beside them")
    .action(run(async () => (await import('./commands/jobs')).jobsList));
  jobs
    .command('run')
    .argument('<name>', 'content_sync or access_control_sync')
    .description('run a job now, also one that is not enabled')
    .addOption(
      new Option('-p, --parameter <key=value>', 'over the configured parameters (repeatable)').argParser(
        collect,
      ),
    )
    .action(async function (this: CommanderCommand, name: string) {
      await run(async () => (await import('./commands/jobs')).jobsRun(name)).call(this);
    });
  jobs
    .command('serve')
    .description('stay in the foreground and run what is scheduled, until it is stopped')
    .action(run(async () => (await import('./commands/jobs')).jobsServe));
  jobs
    .command('history')
    .argument('<name>')
    .description('the last runs from this project, newest first')
    .action(async function (this: CommanderCommand, name: string) {
      await run(async () => (await import('./commands/jobs')).jobsHistory(name)).call(this);
    });
  jobs
    .command('pause')
    .argument('<name>')
    .description('no runner on this database runs it on its schedule any more')
    .action(async function (this: CommanderCommand, name: string) {
      await run(async () => (await import('./commands/jobs')).jobsPause(name, true)).call(this);
    });
  jobs
    .command('resume')
    .argument('<name>')
    .description('from the next tick on it runs again')
    .action(async function (this: CommanderCommand, name: string) {
      await run(async () => (await import('./commands/jobs')).jobsPause(name, false)).call(this);
    });
}

function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}
