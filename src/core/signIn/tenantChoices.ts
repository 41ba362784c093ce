import { join } from 'node:path';
import * as z from 'zod/mini';
import { readJsonFile } from '../project/readJsonFile';
import type { AccountTenant } from './account';
import { writePrivateJson } from './writePrivateJson';

const optionalText = z.optional(z.nullable(z.string()));
const nonEmpty = z.string().check(z.minLength(1));

const tenantSchema = z.looseObject({
  id: nonEmpty,
  name: nonEmpty,
  hostname: optionalText,
  tenant_type: z._default(z.enum(['local', 'cloud']), 'local'),
  database_url: optionalText,
  internal_database_url: optionalText,
});
const storeSchema = z.looseObject({ tenants: z.array(tenantSchema), synced_at: optionalText });

type StoredTenant = z.infer<typeof tenantSchema>;
type TenantStore = z.infer<typeof storeSchema>;

/** A tenant to choose from. Without the database addresses that its file may hold: they are nobody's to print. */
export interface TenantChoice {
  readonly id: string;
  readonly name: string;
  readonly hostname: string | undefined;
  readonly type: 'local' | 'cloud';
}

export function tenantsPath(projectRoot: string): string {
  return join(projectRoot, '.systemprompt', 'tenants.json');
}

/**
 * The tenants of `.systemprompt/tenants.json` (cloud.md 3.3); none when there is no file.
 *
 * @throws SyncError `invalidInput` when the file is there and cannot be understood: an empty list would hide tenants
 */
export async function readTenantChoices(projectRoot: string): Promise<readonly TenantChoice[]> {
  const store = await readStore(projectRoot);
  return store.tenants.map(({ id, name, hostname, tenant_type: type }) => ({
    id,
    name,
    hostname: hostname || undefined,
    type,
  }));
}

/**
 * Brings the tenants of the account into `tenants.json`: known ones are updated, new ones added, and those that only
 * this machine knows (local tenants, keys of other programs) stay. A masked database address never replaces a real one
 * (cloud.md 3.3).
 *
 * @returns the tenants as they are stored now
 */
export async function mergeAccountTenants(
  projectRoot: string,
  account: readonly AccountTenant[],
  nowMs: number,
): Promise<readonly TenantChoice[]> {
  const store = await readStore(projectRoot);
  const known = new Set(store.tenants.map((tenant) => tenant.id));
  const fresh = new Map(account.map((tenant) => [tenant.id, tenant]));
  const updated = store.tenants.map((tenant) => {
    const news = fresh.get(tenant.id);
    return news ? merged(tenant, news) : tenant;
  });
  const added = account
    .filter((tenant) => !known.has(tenant.id))
    .map((tenant) => merged({ id: tenant.id, name: tenant.name, tenant_type: 'cloud' }, tenant));
  await writePrivateJson(tenantsPath(projectRoot), {
    ...store,
    tenants: [...updated, ...added],
    synced_at: new Date(nowMs).toISOString(),
  });
  return readTenantChoices(projectRoot);
}

function merged(stored: StoredTenant, news: AccountTenant): StoredTenant {
  const { database_url: internalUrl, ...rest } = news;
  const given = Object.fromEntries(
    Object.entries(rest).filter(([, value]) => value !== null && value !== undefined),
  );
  const keepsOld = !internalUrl || (isMasked(internalUrl) && Boolean(stored.internal_database_url));
  return {
    ...stored,
    ...given,
    tenant_type: 'cloud',
    ...(keepsOld ? {} : { internal_database_url: internalUrl }),
  };
}

/** Both forms in which the account hides a password (cloud.md 3.3). */
function isMasked(databaseUrl: string): boolean {
  return databaseUrl.includes(':***@') || databaseUrl.includes(':********@');
}

async function readStore(projectRoot: string): Promise<TenantStore> {
  return (await readJsonFile(tenantsPath(projectRoot), storeSchema)) ?? { tenants: [] };
}
