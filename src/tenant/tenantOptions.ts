import { resolve, sep } from 'node:path';

import { SyncError } from '../core/syncError';
import type { ServiceTokens } from './auth/serviceTokens';
import type { Generation, TenantBehaviour } from './behaviour';
import { behaviourOf } from './behaviour';

export interface TenantClient {
  readonly id: string;
  /** A client without a secret is public (auth method `none`). */
  readonly secret?: string;
  /** What its tokens may carry. Absent: `service`, or what the generation's `sp_web` is seeded with. */
  readonly scopes?: readonly string[];
}

export interface TrustedIssuer {
  readonly issuer: string;
  readonly jwks_uri: string;
  readonly audience: string;
}

export interface TenantIdentity {
  readonly id: string;
  readonly name: string;
  /** The name of the app that a deploy goes to; null when the tenant has none. */
  readonly appName?: string | null;
  readonly hostname?: string;
  readonly region?: string;
  readonly appUrl?: string;
}

export interface RegistryAccess {
  readonly registry: string;
  readonly username: string;
  readonly token: string;
  readonly repository: string;
  readonly tag: string;
}

export interface DeployRequest {
  readonly image: string;
  /** Fires when the server stops. */
  readonly signal: AbortSignal;
}

export interface DeployOutcome {
  readonly status: string;
  readonly app_url: string | null;
}

/** A program with its arguments, started without a shell (the image is appended as last argument), or a function. */
export type DeployHook =
  { readonly command: readonly string[] } | ((request: DeployRequest) => Promise<DeployOutcome>);

/** All in milliseconds. */
export interface TenantTimeouts {
  readonly headersMs: number;
  /** For a whole request with its body. */
  readonly requestMs: number;
  /** Without a byte in either direction. */
  readonly idleMs: number;
  /** How long a stop waits for what is running. */
  readonly graceMs: number;
  readonly deployMs: number;
}

export interface TenantOptions {
  readonly servicesDir: string;
  /** May be opaque. Compared in constant time, never logged. */
  readonly operatorToken: string;
  readonly databaseUrl?: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** The address clients use, when a proxy stands in front; a valid `resource` of an exchange. */
  readonly publicUrl?: string;
  /** Addresses of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies?: readonly string[];
  /** Packed bytes of one upload; default 2 MiB, as upstream. */
  readonly maxBodyBytes?: number;
  /** Unpacked bytes of one upload; default 256 MiB. */
  readonly maxUnpackedBytes?: number;
  /** Top-level directories that are served; default those of the generation. */
  readonly directories?: readonly string[];
  /** In addition to `directories`. */
  readonly extraDirectories?: readonly string[];
  readonly clients?: readonly TenantClient[];
  readonly trustedIssuers?: readonly TrustedIssuer[];
  readonly tenant?: TenantIdentity;
  readonly operator?: { readonly id: string; readonly email: string; readonly name?: string };
  readonly registry?: RegistryAccess;
  readonly deploy?: DeployHook;
  /** Keeps the secrets that a deploy sends, as JSON; absent: they are refused. Not below `servicesDir`, where files are served. */
  readonly secretsFile?: string;
  readonly tokenLifetimeSeconds?: number;
  /** Of the token route, per address. */
  readonly rateLimit?: { readonly perSecond: number; readonly burst: number };
  readonly bannedIps?: readonly string[];
  /** Staging, journal and backups; default beside the services directory, on the same volume. */
  readonly stateDir?: string;
  readonly keepBackups?: number;
  readonly timeouts?: Partial<TenantTimeouts>;
  readonly generation?: Generation;
  /** Single deviations from the generation's behaviour. */
  readonly faults?: Partial<TenantBehaviour>;
  /** Takes one JSON line per request; never a secret in it. */
  readonly log?: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Signs and verifies service tokens; by default with a key that lives as long as the server. */
  readonly serviceTokens?: ServiceTokens;
}

/** Options with every default filled in. */
export interface TenantSettings extends TenantOptions {
  readonly host: string;
  readonly port: number;
  readonly maxBodyBytes: number;
  readonly maxUnpackedBytes: number;
  readonly directories: readonly string[];
  readonly clients: readonly (TenantClient & { readonly scopes: readonly string[] })[];
  readonly trustedIssuers: readonly TrustedIssuer[];
  readonly tenant: TenantIdentity;
  readonly operator: { readonly id: string; readonly email: string; readonly name?: string };
  readonly tokenLifetimeSeconds: number;
  readonly rateLimit: { readonly perSecond: number; readonly burst: number };
  readonly bannedIps: readonly string[];
  readonly keepBackups: number;
  readonly timeouts: TenantTimeouts;
  readonly behaviour: TenantBehaviour;
  readonly log: (line: string) => void;
  readonly now: () => number;
}

const defaultTimeouts: TenantTimeouts = {
  headersMs: 10_000,
  requestMs: 120_000,
  idleMs: 60_000,
  graceMs: 10_000,
  deployMs: 600_000,
};

/** @throws SyncError missingConfig without a services directory or operator token; invalidInput */
export function resolveTenantOptions(options: TenantOptions): TenantSettings {
  if (options.servicesDir === '') throw missing('a services directory', 'Name it with --services.');
  if (options.operatorToken.trim() === '') {
    throw missing('an operator token', 'Set SYSTEMPROMPT_TENANT_TOKEN to a long random text.');
  }
  const behaviour = { ...behaviourOf(options.generation ?? 'ours'), ...options.faults };
  const directories = [
    ...(options.directories ?? behaviour.directories),
    ...(options.extraDirectories ?? []),
  ];
  for (const directory of directories) requireDirectoryName(directory);
  const servicesDir = resolve(options.servicesDir);
  const secretsFile = options.secretsFile === undefined ? undefined : resolve(options.secretsFile);
  if (secretsFile?.startsWith(servicesDir + sep)) throw servedSecrets();
  return {
    ...options,
    servicesDir,
    ...(secretsFile !== undefined && { secretsFile }),
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    maxBodyBytes: options.maxBodyBytes ?? 2 * 1024 * 1024,
    maxUnpackedBytes: options.maxUnpackedBytes ?? 256 * 1024 * 1024,
    directories: [...new Set(directories)],
    clients: (options.clients ?? [{ id: 'sp_web' }]).map((client) => ({
      ...client,
      scopes: client.scopes ?? (client.id === 'sp_web' ? behaviour.spWebScopes : ['service']),
    })),
    trustedIssuers: options.trustedIssuers ?? [],
    tenant: options.tenant ?? { id: 'tenant', name: 'Tenant' },
    operator: options.operator ?? { id: 'operator', email: 'operator@localhost' },
    tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 300,
    rateLimit: options.rateLimit ?? { perSecond: 10, burst: 30 },
    bannedIps: options.bannedIps ?? [],
    keepBackups: options.keepBackups ?? 20,
    timeouts: { ...defaultTimeouts, ...options.timeouts },
    behaviour,
    log: options.log ?? (() => undefined),
    now: options.now ?? Date.now,
  };
}

function requireDirectoryName(name: string): void {
  if (/^[a-z0-9][a-z0-9_-]*$/u.test(name)) return;
  throw new SyncError('invalidInput', `"${name}" cannot be a served directory.`, {
    hint: 'Name a top-level directory of the services directory: lower-case letters, digits, - and _.',
  });
}

function servedSecrets(): SyncError {
  return new SyncError('invalidInput', 'The file of the secrets lies in the services directory.', {
    hint: 'Name one outside of it: what is in there is given to whoever pulls.',
  });
}

function missing(what: string, hint: string): SyncError {
  return new SyncError('missingConfig', `The tenant endpoint needs ${what}.`, { hint });
}
