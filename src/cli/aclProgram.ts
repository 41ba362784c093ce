import { Option, type Command as CommanderCommand } from 'commander';
import type { RunAction } from './runAction';

/** `acl …` of cli-contract.md. */
export function addAclCommands(program: CommanderCommand, run: RunAction): void {
  const acl = program
    .command('acl')
    .description('access rules: services/access-control and the tables of the database');
  acl
    .command('diff')
    .description('list what differs, rule by rule (changes nothing)')
    .addOption(fileOption())
    .action(run(async () => (await import('./commands/acl')).aclDiff));
  acl
    .command('apply')
    .description('write the rules of the files into the database, all or none')
    .addOption(fileOption())
    .option('--override', 'also write over rules that differ')
    .option('--delete-orphans', 'remove role rules of declared entities that the files no longer have')
    .option('--prune', 'also revoke what came from these files and whose whole block is gone')
    .addOption(
      new Option('--conflict <side>', 'for rules changed on both sides')
        .choices(['abort', 'disk', 'database'])
        .default('abort'),
    )
    .action(run(async () => (await import('./commands/acl')).aclApply));
  acl
    .command('export')
    .description('print the role rules of the database as YAML, or write them to a file')
    .option('--out <file>', 'write this file; over an existing one, comments of rules that stay are kept')
    .addOption(
      new Option(
        '--dialect <name>',
        'config: keys of 0.12; roles: default_included and patterns too',
      ).choices(['config', 'roles']),
    )
    .action(run(async () => (await import('./commands/acl')).aclExport));
  acl
    .command('explain')
    .description('who may what: the decision, and the rule that makes it')
    .requiredOption('--entity <type/id>', 'for example agent/writer')
    .addOption(new Option('--role <role>', 'a role of whoever asks (repeatable)').argParser(collect))
    .option('--user <id>', 'the user who asks')
    .addOption(fileOption())
    .action(run(async () => (await import('./commands/acl')).aclExplain));
}

function fileOption(): Option {
  return new Option('--file <path>', 'this file instead of config.yaml and roles.yaml');
}

function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}
