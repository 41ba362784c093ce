import { Worker } from 'node:worker_threads';
import { SyncError } from '../../syncError';
import { freeBuffer } from '../archive/freeBuffer';
import type { StagedFile } from '../archive/stageArchive';
import { fromColumns, type StagedColumns } from './stagedColumns';
import type { StageDownload } from './stageDownload';
import type { StagingReply, StagingRequest } from './stagingMessages';

/** What is handed over at once: unpacking is several times faster in large pieces. */
const pieceBytes = 512 * 1024;
/** Of bytes that the thread has not taken yet. */
const maxWaitingBytes = 4 * pieceBytes;

/**
 * Unpacks downloads in a thread of its own: the editor's has other things to answer, the other core goes on with what comes in
 * meanwhile, and garbage of buffers is collected where there is little else. Begins to start at once; close it when done.
 */
export class StagingThread {
  readonly #worker: Worker;
  /** Why there is no thread any more: it can end before there is a download. */
  #ended: SyncError | undefined;

  /** @param workerFile the built `stagingWorker.js` */
  constructor(workerFile: string) {
    this.#worker = new Worker(workerFile, { resourceLimits: { maxYoungGenerationSizeMb: 4 } });
    this.#worker.on('error', (error: Error) => (this.#ended ??= endedEarly(error.message, error)));
    this.#worker.on('exit', (code) => (this.#ended ??= endedEarly(`it ended with code ${code}`)));
  }

  /** One download at a time. @throws as `stageDownload` says, and SyncError `internal` when the thread ends early */
  readonly stage: StageDownload = async (archive, staging, { signal, onStaged }) => {
    if (this.#ended) throw this.#ended;
    const download = new ThreadDownload(this.#worker, staging.folder, onStaged);
    download.post({ kind: 'stage', staging });
    try {
      await download.feed(archive, signal);
      await download.answer;
    } finally {
      download.end();
    }
  };

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

class ThreadDownload {
  /** Settles when the thread has nothing more to do with the download. */
  readonly answer: Promise<void>;
  #settle: { resolve(): void; reject(error: unknown): void } | undefined;
  #waitingBytes = 0;
  readonly #spare: ArrayBuffer[] = [];
  #makeRoom: (() => void) | undefined;

  constructor(
    private readonly worker: Worker,
    private readonly folder: string,
    private readonly onStaged: (file: StagedFile) => void,
  ) {
    this.answer = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    this.answer.catch(() => undefined);
    worker.on('message', this.#onMessage).on('error', this.#onError).on('exit', this.#onExit);
  }

  post(request: StagingRequest, transfer: readonly ArrayBuffer[] = []): void {
    this.worker.postMessage(request, transfer);
  }

  /** Until all is handed over. A refusal ends it at once, without waiting for what may never come. */
  async feed(archive: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): Promise<void> {
    const source = inPieces(archive, () => new Uint8Array(this.#spare.pop() ?? new ArrayBuffer(pieceBytes)));
    try {
      for (;;) {
        const next = await this.#unlessRefused(source.next());
        SyncError.throwIfAborted(signal);
        if (next.done === true) break;
        const bytes = next.value;
        this.#waitingBytes += bytes.length;
        this.post({ kind: 'bytes', bytes }, [bytes.buffer]);
        if (this.#waitingBytes > maxWaitingBytes)
          await this.#unlessRefused(new Promise<void>((resolve) => (this.#makeRoom = resolve)));
      }
      this.post({ kind: 'end' });
    } catch (error) {
      this.post({ kind: 'broken' });
      await this.answer.catch(() => undefined);
      throw error;
    } finally {
      // Not awaited: a source that is waiting for bytes that never come would hold the refusal back.
      source.return(undefined).catch(() => undefined);
    }
  }

  end(): void {
    this.worker.off('message', this.#onMessage).off('error', this.#onError).off('exit', this.#onExit);
  }

  #unlessRefused<T>(next: Promise<T>): Promise<T> {
    return Promise.race([next, this.answer.then(() => next)]);
  }

  readonly #onMessage = (reply: StagingReply): void => {
    switch (reply.kind) {
      case 'taken':
        this.#waitingBytes -= reply.bytes;
        if (reply.used) this.#spare.push(reply.used);
        this.#makeRoom?.();
        this.#tell(reply.files);
        break;
      case 'staged':
        this.#tell(reply.files);
        this.#settle?.resolve();
        break;
      case 'failed': {
        const { code, message, ...options } = reply.error;
        this.#settle?.reject(new SyncError(code, message, options));
      }
    }
  };

  #tell(files: StagedColumns): void {
    for (const file of fromColumns(files, this.folder)) this.onStaged(file);
  }

  readonly #onError = (error: Error): void => this.#settle?.reject(endedEarly(error.message, error));
  readonly #onExit = (code: number): void => this.#settle?.reject(endedEarly(`it ended with code ${code}`));
}

function endedEarly(why: string, cause?: unknown): SyncError {
  return new SyncError('internal', `The download could not be unpacked: the thread for it failed (${why}).`, {
    hint: 'Nothing was changed. Try again.',
    ...(cause !== undefined && { cause }),
  });
}

/** Copies a stream into pieces, each in memory of its own, which can be handed to another thread. Frees what it has copied. */
async function* inPieces(
  source: AsyncIterable<Uint8Array>,
  newPiece: () => Uint8Array<ArrayBuffer>,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  let piece = newPiece();
  let filled = 0;
  for await (const chunk of source) {
    for (let taken = 0; taken < chunk.length;) {
      const part = chunk.subarray(taken, taken + piece.length - filled);
      piece.set(part, filled);
      filled += part.length;
      taken += part.length;
      if (filled < piece.length) continue;
      yield piece;
      piece = newPiece();
      filled = 0;
    }
    // Another part of the same memory may be on its way.
    if (chunk.byteLength === chunk.buffer.byteLength) freeBuffer(chunk);
  }
  if (filled > 0) yield piece.subarray(0, filled);
}
