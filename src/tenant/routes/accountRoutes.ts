import type { FastifyInstance } from 'fastify';

import { sendFailure } from '../envelopes';
import type { TenantContext } from '../tenantContext';
import { requireOperator } from './controlPlaneRoutes';

/** `GET /api/v1/auth/me` and the list of tenants (cloud.md 3.7): who the token belongs to, and what it may reach. */
export function registerAccountRoutes(app: FastifyInstance, context: TenantContext): void {
  const { tenant, operator, databaseUrl } = context.settings;
  app.setErrorHandler((error, request, reply) =>
    sendFailure(error, request, reply, 'controlPlane', context.envelopes),
  );
  app.addHook('onRequest', (request) => requireOperator(request, context));
  const place = {
    ...(tenant.hostname === undefined ? {} : { hostname: tenant.hostname }),
    ...(tenant.region === undefined ? {} : { region: tenant.region }),
  };
  app.get('/auth/me', () => ({
    user: operator,
    tenants: [
      {
        id: tenant.id,
        name: tenant.name,
        ...(tenant.appName === null || tenant.appName === undefined ? {} : { app_id: tenant.appName }),
        ...place,
        status: 'active',
        external_db_access: databaseUrl !== undefined,
        database_url: maskPassword(databaseUrl ?? ''),
      },
    ],
  }));
  app.get('/tenants', () => ({
    data: [{ id: tenant.id, name: tenant.name, fly_app_name: tenant.appName ?? null, ...place }],
  }));
}

/** `postgres://user:***@host/…`, the form that tells clients it is masked (cloud.md 3.3). */
function maskPassword(url: string): string {
  return url.replace(/^([a-z]+:\/\/[^:@/]*):.*@/iu, '$1:***@');
}
