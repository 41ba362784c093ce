import * as z from 'zod/mini';
import type { ApiCall } from '../api/apiErrors';
import { parseHttpUrl } from '../api/httpUrl';
import { readJson } from '../api/response';
import type { HttpTransport } from '../api/transport';
import type { RunContext } from '../ports';

const optionalText = z.optional(z.nullable(z.string()));
const nonEmpty = z.string().check(z.minLength(1));

/** TenantInfo of cloud.md 3.7; only what is kept in `tenants.json` is read. */
const accountTenantSchema = z.object({
  id: nonEmpty,
  name: nonEmpty,
  app_id: optionalText,
  hostname: optionalText,
  region: optionalText,
  external_db_access: z.optional(z.boolean()),
  database_url: optionalText,
});

export type AccountTenant = z.infer<typeof accountTenantSchema>;

const accountSchema = z.object({
  user: z.object({ id: nonEmpty, email: nonEmpty, name: optionalText }),
  tenants: z.array(accountTenantSchema),
});

export interface Account {
  readonly userId: string;
  readonly email: string;
  readonly tenants: readonly AccountTenant[];
}

/** Who a token belongs to (`GET /api/v1/auth/me`, cloud.md 3.7). @throws SyncError `unauthorized`, … */
export async function fetchAccount(
  transport: HttpTransport,
  apiUrl: string,
  token: string,
  context: RunContext,
): Promise<Account> {
  const base = parseHttpUrl(apiUrl, 'apiUrl');
  const url = new URL(`${base.origin}${base.pathname.replace(/\/$/, '')}/api/v1/auth/me`);
  const call: ApiCall = { operation: 'account', url, secrets: [token] };
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
  const answer = await transport.send({ method: 'GET', url, headers }, context.signal, (response) =>
    readJson(response, call, context.now(), { schema: accountSchema, limitBytes: 4 * 1024 * 1024 }),
  );
  return { userId: answer.user.id, email: answer.user.email, tenants: answer.tenants };
}
