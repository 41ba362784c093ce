import * as z from 'zod/mini';

import { SyncError } from '../core/syncError';
import type { TenantOptions } from './tenantOptions';
import { parseJson } from '../core/parseJson';

const text = z.string().check(z.minLength(1));
const issuers = z.array(z.object({ issuer: text, jwks_uri: z.url(), audience: text }));
const clients = z.array(z.object({ id: text, secret: z.optional(text), scopes: z.optional(z.array(text)) }));
const registry = z.object({ registry: text, username: text, token: text, repository: text, tag: text });
const command = z.array(text).check(z.minLength(1));
const bytes = z.number().check(z.int(), z.positive());

/**
 * The endpoint's settings from environment variables; docs/tenant-endpoint.md lists them.
 *
 * @throws SyncError missingConfig, invalidInput (naming the variable, never its value)
 */
export function optionsFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Omit<TenantOptions, 'servicesDir'> {
  const operatorToken = env['SYSTEMPROMPT_TENANT_TOKEN'] ?? '';
  if (operatorToken.trim() === '') {
    throw new SyncError('missingConfig', 'SYSTEMPROMPT_TENANT_TOKEN is not set.', {
      hint: 'Set it to a long random text; clients use the same text as their API token.',
    });
  }
  if (!/^[\x21-\x7e]{16,}$/.test(operatorToken)) {
    throw new SyncError(
      'invalidInput',
      'SYSTEMPROMPT_TENANT_TOKEN is shorter than 16 characters, or holds blanks or characters that no client can send.',
      { hint: 'Make one with: openssl rand -hex 32' },
    );
  }
  const id = env['SYSTEMPROMPT_TENANT_ID'] ?? 'tenant';
  const appName = env['SYSTEMPROMPT_TENANT_APP'];
  const appUrl = env['SYSTEMPROMPT_TENANT_APP_URL'];
  const publicUrl = env['SYSTEMPROMPT_TENANT_PUBLIC_URL'];
  return {
    operatorToken,
    tenant: { id, name: env['SYSTEMPROMPT_TENANT_NAME'] ?? id, ...present({ appName, appUrl }) },
    ...present({
      publicUrl,
      stateDir: env['SYSTEMPROMPT_TENANT_STATE_DIR'],
      secretsFile: env['SYSTEMPROMPT_TENANT_SECRETS_FILE'],
      extraDirectories: list(env['SYSTEMPROMPT_TENANT_DIRECTORIES']),
      trustedProxies: list(env['SYSTEMPROMPT_TENANT_TRUSTED_PROXIES']),
      maxBodyBytes: json(env, 'SYSTEMPROMPT_TENANT_MAX_BODY_BYTES', bytes),
      clients: json(env, 'SYSTEMPROMPT_TENANT_CLIENTS', clients)?.map(({ id: clientId, secret, scopes }) => {
        return { id: clientId, ...present({ secret, scopes }) };
      }),
      trustedIssuers: json(env, 'SYSTEMPROMPT_TENANT_TRUSTED_ISSUERS', issuers),
      registry: json(env, 'SYSTEMPROMPT_TENANT_REGISTRY', registry),
      deploy: deployHook(json(env, 'SYSTEMPROMPT_TENANT_DEPLOY_COMMAND', command)),
    }),
  };
}

function deployHook(argv: readonly string[] | undefined): { command: readonly string[] } | undefined {
  return argv === undefined ? undefined : { command: argv };
}

function list(value: string | undefined): readonly string[] | undefined {
  const items = value?.split(',').map((item) => item.trim());
  return items?.filter((item) => item !== '');
}

function json<Schema extends z.ZodMiniType>(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  schema: Schema,
): z.output<Schema> | undefined {
  const value = env[name];
  if (value === undefined || value === '') return undefined;
  const parsed = schema.safeParse(parseJson(value));
  if (parsed.success) return parsed.data;
  throw new SyncError('invalidInput', `${name} cannot be understood.`, {
    hint: 'It is JSON; docs/tenant-endpoint.md shows its form.',
  });
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Leaves out what is undefined: an absent option and an undefined one are different types. */
function present<T extends object>(value: T): Present<T> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Present<T>;
}
