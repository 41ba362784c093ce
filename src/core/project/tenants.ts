import path from 'node:path';
import * as z from 'zod/mini';
import { readTolerantly } from './sessions';

const tenantSchema = z.looseObject({
  id: z.string(),
  name: z.nullish(z.string()),
  hostname: z.nullish(z.string()),
  tenant_type: z.nullish(z.enum(['local', 'cloud'])),
  database_url: z.nullish(z.string()),
  external_db_access: z.nullish(z.boolean()),
});
const tenantsSchema = z.looseObject({ tenants: z.array(tenantSchema) });
const credentialsSchema = z.looseObject({ api_url: z.nullish(z.string()) });

/** A tenant of `.systemprompt/tenants.json` (cloud.md 3.3). */
export interface KnownTenant {
  readonly id: string;
  readonly name: string | undefined;
  readonly hostname: string | undefined;
  readonly kind: 'local' | 'cloud';
  /** Secret: the database as it is reached from outside, when the account opened it. May be masked. */
  readonly externalDatabaseUrl: () => string | undefined;
}

/** Undefined when the file does not hold the id, does not exist, or cannot be used (which adds a warning). */
export async function findTenant(
  root: string,
  id: string,
  warnings: string[],
): Promise<KnownTenant | undefined> {
  const stored = await readTolerantly(
    path.join(root, '.systemprompt', 'tenants.json'),
    tenantsSchema,
    warnings,
  );
  const tenant = stored?.tenants.find((candidate) => candidate.id === id);
  if (tenant === undefined) return undefined;
  const kind = tenant.tenant_type ?? 'local';
  const openToUs = kind === 'cloud' && tenant.external_db_access === true;
  const databaseUrl = tenant.database_url;
  return {
    id,
    name: tenant.name || undefined,
    hostname: tenant.hostname || undefined,
    kind,
    externalDatabaseUrl: () => (openToUs && databaseUrl ? databaseUrl : undefined),
  };
}

/** The control plane that the systemprompt CLI signed in to (cloud.md 3.2); the token beside it is not looked at. */
export async function signedInApiUrl(root: string, warnings: string[]): Promise<string | undefined> {
  const file = path.join(root, '.systemprompt', 'credentials.json');
  const credentials = await readTolerantly(file, credentialsSchema, warnings);
  return credentials?.api_url || undefined;
}
