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
 * @throws SyncError missingConfig without SYSTEMPROMPT_TENANT_TOKEN; invalidInput for a variable that cannot be read;
 *   io when the address is taken
 */
export async function serveTenant(options: ServeTenantOptions): Promise<void> {
  const { env, signal, print } = options;
  if (signal.aborted) return;
  const server = await createTenantServer({
    ...optionsFromEnvironment(env),
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
