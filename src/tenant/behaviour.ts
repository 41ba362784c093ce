/** Server generations that are in use (versions.md), and this endpoint done properly. */
export type Generation = 'ours' | '0.12' | '0.23' | '0.33';

/**
 * Where the generations differ, one switch each, so that a client can be tried against every fault alone and in the
 * combinations that exist.
 */
export interface TenantBehaviour {
  /** Top-level directories under the services directory that are served, in manifest order. */
  readonly directories: readonly string[];
  /** `staged`: validated whole, all or nothing. `entryByEntry`: writes as it reads and stops half-way. A number: not mounted. */
  readonly upload: 'staged' | 'entryByEntry' | 404 | 405;
  /** `precise`: 400, 409, 412, 413, 422. `internalError`: unsafe archives and server faults are all 500. */
  readonly clientMistakes: 'precise' | 'internalError';
  /** Answers of the web framework itself (body limit, query that does not parse). */
  readonly frameworkErrors: 'json' | 'text';
  /** ETag, If-Match, `directories`, `max_body_bytes`, the route for deletions. */
  readonly extensions: boolean;
  /** `sorted` by path, or by `directory` in the order of `directories`. The manifest's checksum follows this order. */
  readonly manifestOrder: 'sorted' | 'directory';
  /** Files that hold secrets are neither listed, sent nor taken. */
  readonly keepsSecrets: boolean;
  /** Which scopes the public client `sp_web` has: with `user` and `admin` no token of it passes the gate. */
  readonly spWebScopes: readonly string[];
  readonly clientIdRequired: boolean;
  /** The gate takes the token from a cookie as well. */
  readonly cookieToken: boolean;
  /** `flat`: `/api/v1/cloud/tenants/…`; `wrapped`: `/api/v1/tenants/…` with `{"data":…}`. */
  readonly controlPlane: 'both' | 'flat' | 'wrapped';
}

/** What newer servers serve (versions.md), in the server's order. */
const sevenDirectories = ['agents', 'skills', 'content', 'mcp', 'ai', 'config', 'profiles'] as const;

const ours: TenantBehaviour = {
  directories: sevenDirectories,
  upload: 'staged',
  clientMistakes: 'precise',
  frameworkErrors: 'json',
  extensions: true,
  manifestOrder: 'sorted',
  keepsSecrets: true,
  spWebScopes: ['service'],
  clientIdRequired: true,
  cookieToken: false,
  controlPlane: 'both',
};

const reference: TenantBehaviour = {
  directories: sevenDirectories,
  upload: 'entryByEntry',
  clientMistakes: 'internalError',
  frameworkErrors: 'text',
  extensions: false,
  manifestOrder: 'directory',
  keepsSecrets: false,
  spWebScopes: ['user', 'admin'],
  clientIdRequired: true,
  cookieToken: true,
  controlPlane: 'both',
};

const behaviours: Readonly<Record<Generation, TenantBehaviour>> = {
  ours,
  '0.12': reference,
  '0.23': { ...reference, upload: 405 },
  '0.33': { ...reference, upload: 405, controlPlane: 'wrapped' },
};

export function behaviourOf(generation: Generation): TenantBehaviour {
  return behaviours[generation];
}
