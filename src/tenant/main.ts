import { stat } from 'node:fs/promises';

import { errnoOf, messageOf, SyncError } from '../core/syncError';
import { createTenantServer } from './createTenantServer';
import { optionsFromEnvironment } from './optionsFromEnvironment';

export interface ServeTenantOptions {
  readonly servicesDir: string;
  readonly databaseUrl?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Fires when the process is asked to end: the server then stops gracefully. */
  readonly signal: AbortSignal;
  /** Takes the one line of standard output. */
  readonly print: (line: string) => void;
  /** Takes the request log, a JSON line each; for standard error. */
  readonly log?: ((line: string) => void) | undefined;
}

/**
 * `tenant serve`: runs the endpoint until the signal fires. Prints `{"url":"http://…"}` once it listens. What is not
 * an option comes from the environment (docs/tenant-endpoint.md lists the names).
 *
 * @throws SyncError missingConfig without SYSTEMPROMPT_TENANT_TOKEN or without the services directory; invalidInput for
 *   a variable that cannot be read; io when the address is taken
 */
export async function serveTenant(options: ServeTenantOptions): Promise<void> {
  const { env, signal, print } = options;
  if (signal.aborted) return;
  const settings = optionsFromEnvironment(env);
  await requireDirectory(options.servicesDir);
  const server = await createTenantServer({
    ...settings,
    servicesDir: options.servicesDir,
    ...(options.databaseUrl === undefined ? {} : { databaseUrl: options.databaseUrl }),
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.log === undefined ? {} : { log: options.log }),
  });
  print(JSON.stringify({ url: server.url }));
  if (!signal.aborted) {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }
  await server.close();
}

/** A mistyped directory would look like an empty tenant to everyone who pulls from it. */
async function requireDirectory(path: string): Promise<void> {
  try {
    if ((await stat(path)).isDirectory()) return;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT')
      throw new SyncError('io', `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  throw new SyncError('missingConfig', `There is no services directory at ${path}.`, {
    hint: 'Create it, or name another one with --services.',
    details: { path },
  });
}
