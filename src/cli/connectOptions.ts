import type { ConnectOptions } from '../core/api/connectTenant';
import type { Session } from './session';

/** How this process reaches a tenant: the token comes from the environment or the stored login, never from an option. */
export function connectOptions({ env, options }: Session): ConnectOptions {
  const { clientId } = options;
  return { env, ...(clientId !== undefined && { client: { client: { clientId } } }) };
}
