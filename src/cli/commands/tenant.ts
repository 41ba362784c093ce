import { resolve } from 'node:path';
import { SyncError } from '../../core/syncError';
import { exitCodes } from '../exitCodes';
import type { Command } from '../session';

export interface ServeOptions {
  readonly host?: string;
  readonly port?: number;
}

/** `tenant serve`: stays until it is told to stop. Standard output gets the one line with the address, the log goes to stderr. */
export const tenantServe: Command<ServeOptions> = async (
  { options, context, output, env, cwd },
  { host, port },
) => {
  const { services, databaseUrl } = options;
  if (services === undefined) {
    throw new SyncError('missingConfig', 'tenant serve needs the services directory that it is to serve.', {
      hint: 'Name it with --services DIR.',
    });
  }
  if (options.dryRun === true) {
    throw new SyncError(
      'invalidInput',
      'tenant serve has no dry run: what it does is decided by its clients.',
      {
        hint: 'Leave --dry-run out; clients can ask for one with --dry-run of their own.',
      },
    );
  }
  const { serveTenant } = await import('../../tenant/main');
  await serveTenant({
    servicesDir: resolve(cwd, services),
    databaseUrl: databaseUrl ?? env['DATABASE_URL'],
    host,
    port,
    env,
    signal: context.signal ?? new AbortController().signal,
    print: (line) => output.answer(JSON.parse(line) as unknown, [line]),
    log: (line) => void process.stderr.write(`${line}\n`),
  });
  return exitCodes.done;
};
