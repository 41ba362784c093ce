import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';

import type { FastifyInstance, FastifyReply } from 'fastify';

import { sendFailure } from './envelopes';
import { HttpProblem } from './httpProblem';
import { failureText, requestLine } from './requestLog';
import { registerAccountRoutes } from './routes/accountRoutes';
import { registerControlPlaneRoutes } from './routes/controlPlaneRoutes';
import { registerOauthRoutes } from './routes/oauthRoutes';
import { registerSyncRoutes } from './routes/syncRoutes';
import type { TenantContext } from './tenantContext';

const maxHeaderBytes = 16 * 1024;

/**
 * All routes, with the limits that hold for every request. Bodies are left to the routes: the gate looks at a request
 * before anything of its body is read.
 *
 * @param instance names this process in `x-served-by`
 */
export async function createHttpServer(context: TenantContext, instance: string): Promise<FastifyInstance> {
  const { settings } = context;
  const { timeouts, behaviour } = settings;
  const { fastify } = await import('fastify');
  const app = fastify({
    logger: false,
    genReqId: () => randomUUID(),
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    connectionTimeout: timeouts.idleMs,
    requestTimeout: timeouts.requestMs,
    trustProxy: settings.trustedProxies === undefined ? false : [...settings.trustedProxies],
    routerOptions: { maxParamLength: 500 },
    http: {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: timeouts.headersMs,
      connectionsCheckingInterval: Math.min(1000, timeouts.headersMs),
    },
  });
  app.server.maxConnections = 4096;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));

  const failures = new WeakMap<object, string>();
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('x-trace-id', request.id).header('x-served-by', instance);
    void reply.header('x-content-type-options', 'nosniff');
    if (!settings.bannedIps.includes(request.ip)) return;
    throw new HttpProblem('forbidden', 'This address is blocked.', {
      headers: { 'x-blocked-reason': 'ip-banned' },
    });
  });
  app.addHook('onError', async (request, _reply, error) => {
    failures.set(request, failureText(error));
  });
  app.addHook('onResponse', async (request, reply) => {
    const failure = reply.statusCode >= 500 ? failures.get(request) : undefined;
    settings.log(requestLine(request, reply, settings.now(), failure));
  });
  app.setErrorHandler((error, request, reply) =>
    sendFailure(error, request, reply, 'deployment', context.envelopes),
  );
  app.setNotFoundHandler((request, reply) => {
    const problem = new HttpProblem('not_found', 'There is nothing here.');
    return sendFailure(problem, request, reply, 'deployment', context.envelopes);
  });

  const health = async (_request: unknown, reply: FastifyReply): Promise<FastifyReply> =>
    sendHealth(reply, context);
  app.get('/health', health);
  app.get('/api/v1/health', health);
  await app.register(async (scope) => registerOauthRoutes(scope, context), { prefix: '/api/v1/core/oauth' });
  await app.register(async (scope) => registerSyncRoutes(scope, context), { prefix: '/api/v1/sync' });
  await app.register(async (scope) => registerAccountRoutes(scope, context), { prefix: '/api/v1' });
  if (behaviour.controlPlane !== 'wrapped') {
    await app.register(async (scope) => registerControlPlaneRoutes(scope, context, (body) => body), {
      prefix: '/api/v1/cloud/tenants',
    });
  }
  if (behaviour.controlPlane !== 'flat') {
    await app.register(async (scope) => registerControlPlaneRoutes(scope, context, (data) => ({ data })), {
      prefix: '/api/v1/tenants',
    });
  }
  return app;
}

async function sendHealth(reply: FastifyReply, context: TenantContext): Promise<FastifyReply> {
  const services = await stat(context.settings.servicesDir).catch(() => undefined);
  const healthy = services?.isDirectory() === true && !context.closing.aborted;
  return reply.status(healthy ? 200 : 503).send({ status: healthy ? 'healthy' : 'unhealthy' });
}
