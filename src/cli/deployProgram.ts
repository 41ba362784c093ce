import { InvalidArgumentError, Option, type Command as CommanderCommand } from 'commander';
import type { RunAction } from './runAction';

/** `deploy`, `deploy releases`, `deploy rollback TAG` (cli-contract.md). */
export function addDeployCommands(program: CommanderCommand, run: RunAction): void {
  const deploy = program
    .command('deploy')
    .description('check, build the image, push it, release it, and wait until the tenant runs it')
    .addOption(new Option('--engine <name>', 'what builds the image').choices(['docker', 'podman']))
    .option('--tag <tag>', 'of the image; default: deploy-<seconds>-<commit>')
    .option('--skip-build', 'release the image of --tag, which is built already')
    .option('--skip-cargo', 'do not compile: the program is there already')
    .option('--skip-push', 'build only; with --skip-build: the image is in the registry already')
    .option('--platform <platform>', 'of the image; default: linux/amd64')
    .addOption(
      new Option('--build-arg <name=value>', 'for the build, no secret (repeatable)').argParser(collect),
    )
    .option('--builder <name>', 'a builder of docker buildx')
    .option('--no-cache', 'build every layer anew')
    .option('--secrets', 'send the secrets of the profile before the release')
    .addOption(waitOption())
    .action(run(async () => (await import('./commands/deploy')).deploy));
  deploy
    .command('releases')
    .description('the last ten releases, newest first')
    .action(run(async () => (await import('./commands/deploy')).deployReleases));
  deploy
    .command('rollback')
    .argument('<tag>', 'of `deploy releases`')
    .description('release an earlier image again; data stays as it is')
    .addOption(waitOption())
    .action(async function (this: CommanderCommand, tag: string) {
      await run(async () => (await import('./commands/deploy')).deployRollback(tag)).call(this);
    });
}

function waitOption(): Option {
  return new Option('--wait <seconds>', 'for the tenant to run it; 0 does not wait')
    .argParser((text: string) => {
      if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('A number of seconds is expected.');
      return Number(text);
    })
    .default(300);
}

function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}
