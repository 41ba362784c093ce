import { InvalidArgumentError, type Command as CommanderCommand } from 'commander';
import type { RunAction } from './runAction';

/** `tenant serve` (cli-contract.md); `--services` and `--database-url` are options of every command. */
export function addTenantCommands(program: CommanderCommand, run: RunAction): void {
  const tenant = program.command('tenant').description('the receiving end of push and pull');
  tenant
    .command('serve')
    .description('serve a services directory until stopped (token: env SYSTEMPROMPT_TENANT_TOKEN)')
    .option('--host <host>', 'address to listen on (default: this machine only)')
    .option('--port <port>', 'port to listen on (default: any free one)', portNumber)
    .action(run(async () => (await import('./commands/tenant')).tenantServe));
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('A port, 0 to 65535, is expected.');
  return port;
}
