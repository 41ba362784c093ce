import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { manifestFromArchive } from '../../src/core/api/manifestFromArchive';
import { SyncApiClient } from '../../src/core/api/syncApiClient';
import { quietContext } from '../../src/core/ports';
import { SyncConfig } from '../../src/core/syncConfig';
import { SyncError } from '../../src/core/syncError';
import { startFaultProxy, type FaultProxy } from '../support/faultProxy';
import {
  archiveOf,
  expectationOf,
  operatorToken,
  serviceClient,
  sha256,
  startEndpoint,
  tenantId,
  type ContractEndpoint,
} from './contractEndpoint';
import type { FaultCell, Operation } from './faultCells';

export interface FaultBench extends AsyncDisposable {
  readonly ours: Side;
  readonly reference: Side;
}

interface Side {
  readonly endpoint: ContractEndpoint;
  readonly proxy: FaultProxy;
}

/** Two real endpoints, ours and one that behaves as 0.12, each behind a fault proxy. */
export async function openFaultBench(): Promise<FaultBench> {
  const open = async (generation: 'ours' | '0.12'): Promise<Side> => {
    const endpoint = await startEndpoint({ generation });
    return { endpoint, proxy: await startFaultProxy(endpoint.server.port) };
  };
  const [ours, reference] = await Promise.all([open('ours'), open('0.12')]);
  return {
    ours,
    reference,
    [Symbol.asyncDispose]: async () => {
      for (const { endpoint, proxy } of [ours, reference]) {
        await proxy[Symbol.asyncDispose]();
        await endpoint[Symbol.asyncDispose]();
      }
    },
  };
}

const routes: Readonly<Record<Operation, { method: string; path: string }>> = {
  token: { method: 'POST', path: '/api/v1/core/oauth/token' },
  manifest: { method: 'GET', path: '/api/v1/sync/files/manifest' },
  download: { method: 'GET', path: '/api/v1/sync/files' },
  upload: { method: 'POST', path: '/api/v1/sync/files' },
  uploadTo012: { method: 'POST', path: '/api/v1/sync/files' },
  delete: { method: 'POST', path: '/api/v1/sync/files/delete' },
};

let cells = 0;

/**
 * Runs an operation through the fault and checks the one thing that matters: it is done, once, or nothing changed. The
 * witness is the endpoint's disk, its own count of applied uploads, and what it answered at the proxy.
 */
export async function runFaultCell(bench: FaultBench, cell: FaultCell): Promise<'done' | 'nothing changed'> {
  const { endpoint, proxy } = cell.operation === 'uploadTo012' ? bench.reference : bench.ours;
  cells += 1;
  const doomed = `agents/doomed-${cells}.yaml`;
  if (cell.operation === 'delete') await endpoint.write(doomed, 'to be deleted');
  const before = await endpoint.read();
  const statsBefore = endpoint.server.stats();
  // Enough text for sixteen positions that mean something once it is packed.
  const files = {
    'agents/cell.yaml': `cell ${cells} ${Array.from({ length: 60 }, (_, line) => sha256(`${cells}.${line}`)).join('\n')}`,
  };
  const client = new SyncApiClient(
    SyncConfig.builder(tenantId, proxy.url, operatorToken, '/services').withOrigin(proxy.url).build(),
    {
      client: serviceClient,
      // Waits are short instead of none: what is still on its way may arrive.
      clock: { random: Math.random, sleep: () => delay(5) },
      http: { noProgressMs: cell.fault.kind === 'stall' ? 300 : 10_000 },
    },
  );
  const context = quietContext();
  try {
    const seen = cell.operation === 'upload' ? await client.manifest(context) : undefined;
    const { method, path } = routes[cell.operation];
    proxy.plan({ matches: (m, p) => m === method && p === path, fault: cell.fault, times: cell.times });
    const outcome = await settle(runOperation(client, cell.operation, files, doomed, seen?.checksum));
    const exchanges = [...proxy.exchanges];
    proxy.plan(undefined);
    expect(exchanges.some((exchange) => exchange.fault)).toBe(true);

    // A request that was cut off may still have been on its way.
    await delay(10);
    const after = await endpoint.read();
    const stats = endpoint.server.stats();
    const applied = stats.uploadsApplied - statsBefore.uploadsApplied;
    const accepted = exchanges.filter(
      (exchange) =>
        exchange.path === '/api/v1/sync/files' &&
        exchange.method === 'POST' &&
        exchange.upstreamStatus === 200,
    ).length;
    expect(applied).toBeLessThanOrEqual(1);
    expect(accepted).toBeLessThanOrEqual(1);
    if (outcome === undefined) {
      expect(after).toEqual(expectedAfter(cell.operation, before, files, doomed));
      expect(applied).toBe(cell.operation.startsWith('upload') ? 1 : 0);
      return 'done';
    }
    if (!SyncError.is(outcome))
      throw new Error('the client failed with something else than a SyncError', { cause: outcome });
    expect(after).toEqual(before);
    expect(applied).toBe(0);
    expect(outcome.hint).toBeTruthy();
    expect(['nothing', undefined]).toContain(outcome.details?.['outcome']);
    return 'nothing changed';
  } finally {
    await client.close();
  }
}

async function runOperation(
  client: SyncApiClient,
  operation: Operation,
  files: Record<string, string>,
  doomed: string,
  checksum: string | undefined,
): Promise<void> {
  const context = quietContext();
  switch (operation) {
    case 'token':
    case 'manifest':
      await client.manifest(context);
      return;
    case 'download': {
      const archive = await client.downloadFiles(context, (bytes) =>
        manifestFromArchive(bytes, 0, undefined),
      );
      expect(archive.files).toEqual((await client.manifest(context)).files);
      return;
    }
    case 'upload':
    case 'uploadTo012':
      await client.uploadFiles(context, await archiveOf(files), {
        expectation: expectationOf(files),
        ifMatch: checksum,
      });
      return;
    case 'delete':
      await client.deleteFiles(context, [doomed]);
  }
}

function expectedAfter(
  operation: Operation,
  before: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>>,
  doomed: string,
): Readonly<Record<string, string>> {
  if (operation.startsWith('upload')) return { ...before, ...files };
  return Object.fromEntries(
    Object.entries(before).filter(([path]) => operation !== 'delete' || path !== doomed),
  );
}

async function settle(run: Promise<void>): Promise<unknown> {
  return run.then(
    () => undefined,
    (error: unknown) => error,
  );
}
