import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';

import { SyncError, messageOf } from '../core/syncError';
import { createOperatorAuth } from './auth/operatorAuth';
import { createServiceTokens } from './auth/serviceTokens';
import { recoverJournal } from './files/journal';
import { openStateDirectory } from './files/stateDirectory';
import type { StateDirectory } from './files/stateDirectory';
import { createTenantFiles } from './files/tenantFiles';
import type { FileStats } from './files/tenantFiles';
import { createHttpServer } from './httpServer';
import type { TenantContext } from './tenantContext';
import { resolveTenantOptions } from './tenantOptions';
import type { TenantOptions, TenantSettings } from './tenantOptions';

export interface TenantServer {
  /** Without a trailing slash; a valid API URL (relay) and origin (direct). */
  readonly url: string;
  readonly port: number;
  stats(): FileStats;
  /** Refuses every service token issued so far; clients exchange again. */
  revokeTokens(): void;
  /** Stops taking requests, lets running ones end for `graceMs`, and leaves nothing behind. May be called twice. */
  close(): Promise<void>;
}

/**
 * Starts the tenant endpoint: the tenant API of the field (cloud.md 1.3 and 2) over a services directory.
 *
 * @throws SyncError missingConfig, invalidInput, io (port in use, no place for its state), stateCorrupted, locked (another
 *   endpoint serves the directory)
 */
export async function createTenantServer(options: TenantOptions): Promise<TenantServer> {
  const settings = resolveTenantOptions(options);
  const state = await openStateDirectory(settings.servicesDir, settings.stateDir);
  try {
    return await serve(settings, state);
  } catch (error) {
    await state.lock.release();
    throw error;
  }
}

async function serve(settings: TenantSettings, state: StateDirectory): Promise<TenantServer> {
  const { behaviour, tenant } = settings;
  await recoverJournal(settings.servicesDir, state);
  const tokens = settings.serviceTokens ?? (await createServiceTokens(settings.now));
  const files = createTenantFiles(settings, state);
  const issuer = settings.publicUrl ?? `urn:systemprompt-sync:tenant:${tenant.id}`;
  const operators = createOperatorAuth({
    operatorToken: settings.operatorToken,
    operatorId: settings.operator.id,
    trustedIssuers: settings.trustedIssuers,
    ownIssuer: issuer,
    now: settings.now,
  });
  const closing = new AbortController();
  const targets: string[] = [tenant.id, ...(settings.publicUrl === undefined ? [] : [settings.publicUrl])];
  const context: TenantContext = {
    settings,
    files,
    operators,
    gate: {
      tokens,
      issuer,
      audience: tenant.id,
      clientIds: new Set(settings.clients.map((client) => client.id)),
      cookieToken: behaviour.cookieToken,
    },
    tokenEndpoint: { settings, operators, tokens, issuer, targets: () => targets },
    envelopes: {
      now: settings.now,
      mistakesAreInternal: behaviour.clientMistakes === 'internalError',
      textErrors: behaviour.frameworkErrors === 'text',
    },
    closing: closing.signal,
  };
  const app = await createHttpServer(context, randomUUID().slice(0, 8));
  try {
    await app.listen({ host: settings.host, port: settings.port, backlog: 2048 });
  } catch (error) {
    throw new SyncError(
      'io',
      `The endpoint cannot listen on ${settings.host}:${settings.port}: ${messageOf(error)}`,
      {
        hint: 'Choose another address or port.',
        cause: error,
      },
    );
  }
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : settings.port;
  const url = `http://${urlHost(settings.host)}:${port}`;
  targets.push(url, `http://localhost:${port}`);

  const stop = async (): Promise<void> => {
    closing.abort();
    // A connection that ends its last request keeps itself open for another one, which will not be taken.
    const idle = setInterval(() => app.server.closeIdleConnections(), 50);
    const force = setTimeout(() => app.server.closeAllConnections(), settings.timeouts.graceMs);
    try {
      await app.close();
    } finally {
      clearInterval(idle);
      clearTimeout(force);
    }
    await rm(state.spool, { recursive: true, force: true });
    await state.lock.release();
  };
  let stopping: Promise<void> | undefined;
  return {
    url,
    port,
    stats: () => files.stats(),
    revokeTokens: () => tokens.revokeAll(),
    close: () => (stopping ??= stop()),
  };
}

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
