import type { FastifyInstance, FastifyRequest } from 'fastify';

import { bearerToken, requireService } from '../auth/serviceGate';
import { sendFailure } from '../envelopes';
import { HttpProblem } from '../httpProblem';
import type { TenantContext } from '../tenantContext';
import { createDeployRunner } from './deployRunner';
import { deleteFiles, receiveFiles, sendFiles, sendManifest } from './fileHandlers';
import type { Wrap } from './fileHandlers';
import { parseDeployRequest } from './parseDeployRequest';
import { registerSecretsRoutes } from './secretsRoutes';

/**
 * The tenant's routes of the control plane (cloud.md 1.3 and 3.7), for the operator. Registered once flat, for the
 * sync client's prefix, and once below `data`, for the cloud client's.
 */
export function registerControlPlaneRoutes(app: FastifyInstance, context: TenantContext, wrap: Wrap): void {
  const { settings } = context;
  const { behaviour, tenant, registry } = settings;
  const deploy = createDeployRunner(settings, context.closing);

  app.setErrorHandler((error, request, reply) =>
    sendFailure(error, request, reply, 'controlPlane', context.envelopes),
  );
  app.addHook('onRequest', async (request) => {
    await requireOperator(request, context);
    requireTenant(request, tenant.id);
  });

  app.get('/:id', () => wrap(describeTenant(context)));
  app.get('/:id/database', () => wrap({ database_url: settings.databaseUrl ?? null }));
  app.get('/:id/status', () => wrap({ status: 'ready', app_url: tenant.appUrl ?? null }));
  app.get('/:id/registry-token', () => {
    if (registry === undefined)
      throw new HttpProblem('not_found', 'No registry is configured for this tenant.');
    return wrap({ ...registry });
  });
  app.post('/:id/deploy', async (request) => wrap(await deploy(await parseDeployRequest(request.raw))));
  registerSecretsRoutes(app, settings.secretsFile);

  app.get('/:id/files', (request, reply) => sendFiles(request, reply, context, wrap));
  if (typeof behaviour.upload === 'number') {
    const status = behaviour.upload;
    app.post('/:id/files', (_request, reply) => reply.status(status).header('allow', 'GET,HEAD').send());
  } else {
    app.post('/:id/files', (request, reply) => receiveFiles(request, reply, context, wrap));
  }
  if (behaviour.extensions) {
    app.get('/:id/files/manifest', (request, reply) => sendManifest(request, reply, context, wrap));
    app.post('/:id/files/delete', (request, reply) => deleteFiles(request, reply, context, wrap));
  }
}

/**
 * The operator's own token, or a service token that was exchanged for it (the cloud client sends the latter).
 *
 * @throws HttpProblem unauthorized, forbidden
 */
export async function requireOperator(request: FastifyRequest, context: TenantContext): Promise<void> {
  const token = bearerToken(request);
  if (token === undefined) throw new HttpProblem('unauthorized', 'A bearer token is required.');
  const check = await context.operators.check(token);
  if (check.kind !== 'ok') await requireService(request, context.gate);
}

function requireTenant(request: FastifyRequest, id: string): void {
  const params = request.params as { id?: string };
  if (params.id !== id) throw new HttpProblem('not_found', 'There is no such tenant.');
}

function describeTenant({ settings }: TenantContext): object {
  const { id, name, appName, hostname, region } = settings.tenant;
  return {
    id,
    name,
    fly_app_name: appName ?? null,
    ...(hostname === undefined ? {} : { hostname }),
    ...(region === undefined ? {} : { region }),
  };
}
