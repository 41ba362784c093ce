import { parentPort } from 'node:worker_threads';
import { messageOf, SyncError } from '../../syncError';
import { stageDownload, type DownloadStaging } from './stageDownload';
import type { PlainError, StagingReply, StagingRequest } from './stagingMessages';

/** The staging thread: an entry of its own. Downloads come one after the other. */
const port = parentPort;
let arrived: StagingRequest[] = [];
let wake: (() => void) | undefined;
let written = 0;

port?.on('message', (request: StagingRequest) => {
  if (request.kind === 'stage') return void answer(request.staging);
  arrived.push(request);
  wake?.();
});

async function answer(staging: DownloadStaging): Promise<void> {
  arrived = [];
  written = 0;
  try {
    const files = await stageDownload(bytesOf(), staging, { onWritten: (bytes) => (written += bytes) });
    reply({ kind: 'staged', files, written });
  } catch (error) {
    reply({ kind: 'failed', error: plain(error) });
  }
}

async function* bytesOf(): AsyncGenerator<Uint8Array> {
  for (;;) {
    while (arrived.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    const request = arrived.shift();
    if (request?.kind === 'broken') throw new SyncError('http', 'The download broke off.');
    if (request?.kind !== 'bytes') return;
    reply({ kind: 'taken', bytes: request.bytes.length, written });
    written = 0;
    yield request.bytes;
  }
}

function plain(error: unknown): PlainError {
  if (!SyncError.is(error)) return { code: 'internal', message: messageOf(error) };
  const { code, message, hint, details } = error;
  return { code, message, ...(hint !== undefined && { hint }), ...(details && { details }) };
}

function reply(message: StagingReply): void {
  port?.postMessage(message);
}
