import { createServer } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import type { TenantStatus } from '../../../src/core/api/apiModels';
import { createHttpTransport } from '../../../src/core/api/transport';
import { waitUntilLive, type Live, type WaitInput } from '../../../src/core/deploy/waitUntilLive';
import { quietContext } from '../../../src/core/ports';
import { SyncError } from '../../../src/core/syncError';

/** A real health route. @param answers status and body, one after the other; the last stays */
async function healthRoute(answers: readonly (readonly [number, string])[]) {
  const asked: { readonly url: string; readonly authorization: string | undefined }[] = [];
  const server = createServer(({ url = '', headers }, response) => {
    const [status, body] = answers[Math.min(asked.length, answers.length - 1)]!;
    asked.push({ url, authorization: headers.authorization });
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`, asked };
}

const deploying: TenantStatus = { status: 'deploying', message: 'pulling the image', appUrl: undefined };

/** @param statuses what the control plane says, one after the other; the last stays, an error is thrown */
function waiting(
  statuses: readonly (TenantStatus | SyncError)[],
  input: Partial<WaitInput> = {},
  signal?: AbortSignal,
) {
  const http = createHttpTransport({});
  onTestFinished(() => http.close());
  const asked: number[] = [];
  const status = async (): Promise<TenantStatus> => {
    const answer = statuses[Math.min(asked.length, statuses.length - 1)]!;
    asked.push(asked.length);
    if (SyncError.is(answer)) throw answer;
    return answer;
  };
  const shown: string[] = [];
  const context = quietContext({ signal, progress: ({ message }) => void shown.push(message) });
  const whole: WaitInput = {
    status,
    http,
    appUrl: undefined,
    versions: ['deploy-2-new'],
    timeoutMs: 60_000,
    firstPauseMs: 5,
    ...input,
  };
  const live: Promise<Live> = waitUntilLive(whole, context);
  live.catch(() => undefined);
  return { live, asked, shown };
}

it('is live when the health route answers with the new version, whatever the control plane still says', async () => {
  const health = await healthRoute([
    [503, 'starting deploy-2-new'],
    [200, '{"version":"deploy-1-old"}'],
    [200, '{"status":"healthy","version":"deploy-2-new"}'],
  ]);
  const { live, asked, shown } = waiting([deploying], { appUrl: `${health.url}/` });
  expect(await live).toEqual({ provedBy: 'health', status: 'deploying', appUrl: `${health.url}/` });
  expect(asked).toHaveLength(3);
  expect(health.asked).toEqual(
    Array.from({ length: 3 }, () => ({ url: '/api/v1/health', authorization: undefined })),
  );
  expect(shown).toContain('Waiting for the tenant (it reports deploying: pulling the image)');
});

it('asks the health route at the address that the control plane gives meanwhile', async () => {
  const health = await healthRoute([[200, 'deploy-2-new']]);
  const { live } = waiting([deploying, { ...deploying, appUrl: health.url }]);
  expect(await live).toMatchObject({ provedBy: 'health', appUrl: health.url });
});

it('asks a control plane that is restarting again, and one that refuses not', async () => {
  const away = new SyncError('apiError', 'It answers with 503.', { details: { status: 503 } });
  const ready: TenantStatus = { status: 'ready', message: undefined, appUrl: undefined };
  expect(await waiting([away, away, ready]).live).toMatchObject({ provedBy: 'tenant', status: 'ready' });
  const refused = waiting([new SyncError('unauthorized', 'No.')]);
  await expect(refused.live).rejects.toMatchObject({ code: 'unauthorized' });
  expect(refused.asked).toHaveLength(1);
});

it('stops at a tenant that reports that it failed, with its words', async () => {
  const { live } = waiting([deploying, { status: 'failed', message: 'no space', appUrl: undefined }]);
  await expect(live).rejects.toMatchObject({ code: 'apiError', details: { reason: 'failed' } });
  await expect(live).rejects.toThrow('The tenant reports failed: no space.');
});

it('gives up in time, asking less and less often, and says what was last reported', async () => {
  const { live, asked } = waiting([deploying], { timeoutMs: 600, firstPauseMs: 10, longestPauseMs: 200 });
  await expect(live).rejects.toMatchObject({ code: 'apiError', details: { reason: 'notReady' } });
  await expect(live).rejects.toThrow('it reports deploying: pulling the image');
  // Every 10 ms would be sixty times; with half as much again each time it is eleven at most.
  expect(asked.length).toBeGreaterThan(1);
  expect(asked.length).toBeLessThanOrEqual(11);
});

it('ends in the middle of a pause when it is cancelled', async () => {
  const abort = new AbortController();
  const { live, shown } = waiting(
    [deploying],
    { firstPauseMs: 3_600_000, timeoutMs: 7_200_000 },
    abort.signal,
  );
  while (shown.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  abort.abort();
  await expect(live).rejects.toMatchObject({ code: 'cancelled' });
});
