// Wanted by the first archive: read while the thread waits for it.
import 'tar/header';
import { parentPort } from 'node:worker_threads';
import { messageOf, SyncError } from '../../syncError';
import type { StagedFile } from '../archive/stageArchive';
import { toColumns, type StagedColumns } from './stagedColumns';
import { stageDownload, type DownloadStaging } from './stageDownload';
import type { PlainError, StagingReply, StagingRequest } from './stagingMessages';

type Arrival = Exclude<StagingRequest, { kind: 'stage' }>;

/** The staging thread: an entry of its own. Downloads come one after the other. */
const port = parentPort;
/** Of this download: one that was refused may still wait for what it will not get. */
let arrive: ((arrival: Arrival) => void) | undefined;
/** Handed over with the next reply: none is kept here. */
let staged: StagedFile[] = [];

port?.on('message', (request: StagingRequest) => {
  if (request.kind === 'stage') void answer(request.staging);
  else arrive?.(request);
});

async function answer(staging: DownloadStaging): Promise<void> {
  const arrived: Arrival[] = [];
  let wake: (() => void) | undefined;
  arrive = (arrival) => {
    arrived.push(arrival);
    wake?.();
  };
  const next = async (): Promise<Arrival | undefined> => {
    while (arrived.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return arrived.shift();
  };
  staged = [];
  try {
    await stageDownload(bytesOf(next), staging, { onStaged: (file) => staged.push(file) });
    reply({ kind: 'staged', files: takeStaged() });
  } catch (error) {
    reply({ kind: 'failed', error: plain(error) });
  }
}

/** Of the piece before, a reader may still need the end when it asks for the next one: its memory goes back one later. */
async function* bytesOf(next: () => Promise<Arrival | undefined>): AsyncGenerator<Uint8Array> {
  let before: ArrayBuffer | undefined;
  let last: ArrayBuffer | undefined;
  for (;;) {
    const arrival = await next();
    if (arrival?.kind === 'broken') throw new SyncError('http', 'The download broke off.');
    if (arrival?.kind !== 'bytes') return;
    const { bytes } = arrival;
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
