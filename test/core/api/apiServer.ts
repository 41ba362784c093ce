import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterEach } from 'vitest';
import { defaultRetryConfig, type RetryClock } from '../../../src/core/api/retry';
import { SyncApiClient, type SyncApiClientOptions } from '../../../src/core/api/syncApiClient';
import { SyncConfig } from '../../../src/core/syncConfig';
import { SyncError } from '../../../src/core/syncError';
import {
  sendJson,
  startScriptedServer,
  type ScriptedServer,
  type SeenRequest,
} from '../../support/scriptedServer';

/** Values that are planted to be looked for: none may turn up in a message, a log line or an inspection. */
export const seededToken = 'operator-seeded-7d1f';
export const seededServiceToken = 'service-seeded-93ac';

export type Answers = Readonly<
  Record<string, (request: SeenRequest, response: ServerResponse, times: number) => void>
>;

export const tokenRoute = 'POST /api/v1/core/oauth/token';
export const manifestRoute = 'GET /api/v1/sync/files/manifest';
export const uploadRoute = 'POST /api/v1/sync/files';
export const downloadRoute = 'GET /api/v1/sync/files';
export const deleteRoute = 'POST /api/v1/sync/files/delete';

const grantsToken: Answers = {
  [tokenRoute]: (_request, response, times) => {
    sendJson(response, 200, {
      access_token: `${seededServiceToken}-${times}`,
      token_type: 'Bearer',
      expires_in: 300,
    });
  },
};

/** A server that answers each route as written down (`times` counts from 1), 404 elsewhere, and grants service tokens. */
export async function startApi(answers: Answers): Promise<ScriptedServer> {
  const routes: Answers = { ...grantsToken, ...answers };
  const times = new Map<string, number>();
  return startScriptedServer((request, response) => {
    const route = `${request.method} ${request.path}`;
    const count = (times.get(route) ?? 0) + 1;
    times.set(route, count);
    const answer = routes[route];
    if (answer) answer(request, response, count);
    else sendJson(response, 404, { code: 'not_found', message: 'no such route', timestamp: 'now' });
  });
}

export function routesOf(server: ScriptedServer): string[] {
  return server.seen.map((request) => `${request.method} ${request.path}`);
}

/** Waits that take no time; what was asked for is remembered. */
export function instantClock(): RetryClock & { readonly waits: number[] } {
  const waits: number[] = [];
  return { waits, random: () => 0.5, sleep: async (delayMs) => void waits.push(delayMs) };
}

const clients: SyncApiClient[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

export function directConfig(origin: string, tenantId = 't1'): SyncConfig {
  return SyncConfig.builder(tenantId, origin, seededToken, '/services').withOrigin(origin).build();
}

export function relayConfig(apiUrl: string, tenantId = 't1'): SyncConfig {
  return SyncConfig.builder(tenantId, apiUrl, seededToken, '/services').build();
}

/** A client that does not wait between attempts; closed after the test. */
export function clientFor(config: SyncConfig, options: SyncApiClientOptions = {}): SyncApiClient {
  const client = new SyncApiClient(config, { clock: instantClock(), retry: defaultRetryConfig, ...options });
  clients.push(client);
  return client;
}

export async function failureOf(run: Promise<unknown>): Promise<SyncError> {
  const outcome: unknown = await run.then(
    (value) => new Error(`succeeded with ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (SyncError.is(outcome)) return outcome;
  throw new Error('ended without a SyncError', { cause: outcome });
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function manifestOf(files: Readonly<Record<string, string>>, extra: object = {}): object {
  const entries = Object.entries(files).map(([path, content]) => ({
    path,
    checksum: sha256(content),
    size: content.length,
  }));
  return {
    files: entries,
    timestamp: '2026-08-01T12:00:00Z',
    checksum: sha256(entries.map((entry) => entry.checksum).join('')),
    ...extra,
  };
}

export const bodyOf = (text: string) => ({
  sizeBytes: Buffer.byteLength(text),
  open: () => [Buffer.from(text)],
});
