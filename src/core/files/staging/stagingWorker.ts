import { parentPort } from 'node:worker_threads';
import { messageOf, SyncError } from '../../syncError';
import { toColumns, type StagedColumns } from './stagedColumns';
import type { StagedFile } from '../archive/stageArchive';
import { stageDownload, type DownloadStaging } from './stageDownload';
import type { PlainError, StagingReply, StagingRequest } from './stagingMessages';

/** The staging thread: an entry of its own. Downloads come one after the other. */
const port = parentPort;
let arrived: StagingRequest[] = [];
let wake: (() => void) | undefined;
/** Handed over with the next reply: none is kept here. */
let staged: StagedFile[] = [];

port?.on('message', (request: StagingRequest) => {
  if (request.kind === 'stage') return void answer(request.staging);
  arrived.push(request);
  wake?.();
});

async function answer(staging: DownloadStaging): Promise<void> {
  arrived = [];
  staged = [];
  try {
    await stageDownload(bytesOf(), staging, { onStaged: (file) => staged.push(file) });
    reply({ kind: 'staged', files: takeStaged() });
  } catch (error) {
    reply({ kind: 'failed', error: plain(error) });
  }
}

/** Of the piece before, a reader may still need the end when it asks for the next one: its memory goes back one later. */
async function* bytesOf(): AsyncGenerator<Uint8Array> {
  let before: ArrayBuffer | undefined;
  let last: ArrayBuffer | undefined;
  for (;;) {
    while (arrived.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    const request = arrived.shift();
    if (request?.kind === 'broken') throw new SyncError('http', 'The download broke off.');
    if (request?.kind !== 'bytes') return;
    const { bytes } = request;
    reply({ kind: 'taken', bytes: bytes.length, files: takeStaged(), used: before }, before && [before]);
    before = last;
    last = bytes.buffer;
    yield bytes;
  }
}

function takeStaged(): StagedColumns {
  const files = toColumns(staged);
  staged = [];
  return files;
}

function plain(error: unknown): PlainError {
  if (!SyncError.is(error)) return { code: 'internal', message: messageOf(error) };
  const { code, message, hint, details } = error;
  return { code, message, ...(hint !== undefined && { hint }), ...(details && { details }) };
}

function reply(message: StagingReply, transfer: readonly ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}
