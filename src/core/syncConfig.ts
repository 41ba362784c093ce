import * as z from 'zod/mini';
import { parseHttpUrl } from './api/httpUrl';
import { SyncError } from './syncError';

export type SyncDirection = 'Push' | 'Pull';

/** The values of a SyncConfig, named as in cloud.md 1.1 (there in snake case). */
export interface SyncConfigValues {
  readonly direction: SyncDirection;
  readonly dryRun: boolean;
  readonly verbose: boolean;
  /** Opaque; encoded wherever it becomes part of a URL. */
  readonly tenantId: string;
  /** Control plane, e.g. `https://api.systemprompt.io`, without a slash at the end. */
  readonly apiUrl: string;
  readonly apiToken: string;
  readonly servicesPath: string;
  /** Bare host (optionally with a port) of the tenant: direct mode over https. */
  readonly hostname?: string | undefined;
  /** Origin of the tenant: direct mode; wins over `hostname`. http only for loopback. */
  readonly origin?: string | undefined;
  readonly localDatabaseUrl?: string | undefined;
}

const text = (what: string) => z.string().check(z.refine((value) => value.trim() !== '', what));
const flag = z.boolean('must be true or false');

const valuesSchema = z.object({
  direction: z.enum(['Push', 'Pull'], 'must be "Push" or "Pull"'),
  dryRun: flag,
  verbose: flag,
  tenantId: text('is empty').check(z.refine((id) => !hasControlCharacter(id), 'holds control characters')),
  apiUrl: text('is empty'),
  apiToken: text('is empty').check(
    z.refine((token) => /^[\x21-\x7e]+$/.test(token), 'holds blanks or characters that no token has'),
  ),
  servicesPath: text('is empty').check(z.refine((path) => !path.includes('\0'), 'holds a NUL character')),
  hostname: z.optional(
    z
      .string()
      .check(
        z.refine(
          (host) => /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(host),
          'must be a bare host such as tenant.example.com',
        ),
      ),
  ),
  origin: z.optional(text('is empty')),
  localDatabaseUrl: z.optional(
    z.string().check(z.refine((url) => /^postgres(?:ql)?:\/\//.test(url), 'is not a postgres:// address')),
  ),
});

/**
 * What a synchronisation works with: checked once, read-only from then on. The token and the database address are
 * readable by name only: they are in no JSON, no `util.inspect`, no spread copy of the value.
 */
export class SyncConfig {
  readonly direction: SyncDirection;
  readonly dryRun: boolean;
  readonly verbose: boolean;
  readonly tenantId: string;
  readonly apiUrl: string;
  readonly servicesPath: string;
  readonly hostname: string | undefined;
  /** Origin of direct mode without a slash at the end; undefined in relay mode. */
  readonly origin: string | undefined;
  readonly #apiToken: string;
  readonly #localDatabaseUrl: string | undefined;

  /** Use {@link SyncConfig.from} or {@link SyncConfig.builder}: they check what they are given. */
  private constructor(values: SyncConfigValues) {
    this.direction = values.direction;
    this.dryRun = values.dryRun;
    this.verbose = values.verbose;
    this.tenantId = values.tenantId;
    this.apiUrl = values.apiUrl;
    this.servicesPath = values.servicesPath;
    this.hostname = values.hostname;
    this.origin = values.origin;
    this.#apiToken = values.apiToken;
    this.#localDatabaseUrl = values.localDatabaseUrl;
    Object.freeze(this);
  }

  get apiToken(): string {
    return this.#apiToken;
  }

  get localDatabaseUrl(): string | undefined {
    return this.#localDatabaseUrl;
  }

  /** `direct` talks to the tenant itself, `relay` to the control plane (cloud.md 1.2). */
  get mode(): 'direct' | 'relay' {
    return this.origin === undefined ? 'relay' : 'direct';
  }

  /** Starts a builder with the four values that have no default. Nothing is checked before `build()`. */
  static builder(
    tenantId: string,
    apiUrl: string,
    apiToken: string,
    servicesPath: string,
  ): SyncConfigBuilder {
    return new SyncConfigBuilder(tenantId, apiUrl, apiToken, servicesPath);
  }

  /** @throws SyncError `invalidInput` naming the field; a token or database address is never repeated */
  static from(values: SyncConfigValues): SyncConfig {
    const parsed = valuesSchema.safeParse(values);
    if (!parsed.success) throw invalidField(parsed.error.issues[0]);
    const { hostname, origin } = parsed.data;
    const direct = origin ?? (hostname === undefined ? undefined : `https://${hostname}`);
    return new SyncConfig({
      ...parsed.data,
      apiUrl: withoutSlash(parseHttpUrl(parsed.data.apiUrl, 'apiUrl')),
      origin:
        direct === undefined
          ? undefined
          : withoutSlash(parseHttpUrl(direct, origin === undefined ? 'hostname' : 'origin')),
    });
  }
}

/** Collects the values of a {@link SyncConfig}; each setter returns the builder. Holds its values privately, like the result. */
export class SyncConfigBuilder {
  #values: SyncConfigValues;

  constructor(tenantId: string, apiUrl: string, apiToken: string, servicesPath: string) {
    this.#values = {
      direction: 'Push',
      dryRun: false,
      verbose: false,
      tenantId,
      apiUrl,
      apiToken,
      servicesPath,
    };
  }

  withDirection(direction: SyncDirection): this {
    return this.#with({ direction });
  }

  withDryRun(dryRun: boolean): this {
    return this.#with({ dryRun });
  }

  withVerbose(verbose: boolean): this {
    return this.#with({ verbose });
  }

  withHostname(hostname: string | undefined): this {
    return this.#with({ hostname });
  }

  withOrigin(origin: string | undefined): this {
    return this.#with({ origin });
  }

  withLocalDatabaseUrl(localDatabaseUrl: string | undefined): this {
    return this.#with({ localDatabaseUrl });
  }

  /** @throws SyncError `invalidInput` naming the field */
  build(): SyncConfig {
    return SyncConfig.from(this.#values);
  }

  #with(values: Partial<SyncConfigValues>): this {
    this.#values = { ...this.#values, ...values };
    return this;
  }
}

function withoutSlash(url: URL): string {
  return url.origin + url.pathname.replace(/\/$/, '');
}

function hasControlCharacter(value: string): boolean {
  return Array.from(value).some((character) => character < ' ' || character === '\x7f');
}

/** Zod's own texts can describe the input; the messages of the schema above never do. */
function invalidField(
  issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined,
): SyncError {
  const field = String(issue?.path[0] ?? 'configuration');
  return new SyncError('invalidInput', `${field} ${issue?.message ?? 'is not valid'}.`, {
    hint: hints[field] ?? `Correct ${field} and try again.`,
    details: { field },
  });
}

const hints: Readonly<Record<string, string>> = {
  tenantId: 'Choose a tenant (Select tenant, --tenant or SYSTEMPROMPT_TENANT_ID).',
  apiToken: 'Sign in again, or set the token anew (SYSTEMPROMPT_API_TOKEN) without blanks or quotes.',
  hostname: 'Give the host alone, without https:// and without a path.',
};
