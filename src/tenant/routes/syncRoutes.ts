import type { FastifyInstance } from 'fastify';

import { requireService } from '../auth/serviceGate';
import { sendFailure } from '../envelopes';
import type { TenantContext } from '../tenantContext';
import { deleteFiles, receiveFiles, sendFiles, sendManifest } from './fileHandlers';

const asItIs = (body: object): object => body;

/** `/api/v1/sync`: the direct routes (cloud.md 2.1), for service tokens only. */
export function registerSyncRoutes(app: FastifyInstance, context: TenantContext): void {
  const { behaviour } = context.settings;
  app.setErrorHandler((error, request, reply) =>
    sendFailure(error, request, reply, 'deployment', context.envelopes),
  );
  app.addHook('onRequest', async (request) => void (await requireService(request, context.gate)));
  app.get('/files/manifest', (request, reply) => sendManifest(request, reply, context, asItIs));
  app.get('/files', (request, reply) => sendFiles(request, reply, context, asItIs));
  if (typeof behaviour.upload === 'number') {
    const status = behaviour.upload;
    app.post('/files', (_request, reply) => reply.status(status).header('allow', 'GET,HEAD').send());
  } else {
    app.post('/files', (request, reply) => receiveFiles(request, reply, context, asItIs));
  }
  if (behaviour.extensions) {
    app.post('/files/delete', (request, reply) => deleteFiles(request, reply, context, asItIs));
  }
}
