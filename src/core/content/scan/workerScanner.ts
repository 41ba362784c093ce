import { Worker } from 'node:worker_threads';
import type { ScannedFile } from '../../models/content';
import type { RunContext } from '../../ports';
import { SyncError } from '../../syncError';
import type { SourceGroup } from '../config/contentConfig';
import type { GroupScanner } from './groupScanner';
import type { ScanReply, ScanRequest } from './scanMessages';
import type { SourceScan } from './sourceScan';

/**
 * Scans in a thread of its own, which keeps what it found for the next time. Scans of several sources run one after the
 * other. Cancelling ends the thread; the next scan starts a new one.
 */
export class WorkerScanner {
  private worker: Worker | undefined;
  private queue: Promise<unknown> = Promise.resolve();

  /**
   * @param workerFile the built `scanWorker.js`
   * @param projectRoot absolute
   */
  constructor(
    private readonly workerFile: string,
    private readonly projectRoot: string,
  ) {}

  readonly scan: GroupScanner = (group, context) => {
    const turn = this.queue.then(() => this.scanNow(group, context));
    // What was found belongs to whoever asked: the queue would hold it until the next scan.
    this.queue = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  };

  async dispose(): Promise<void> {
    const worker = this.worker;
    this.worker = undefined;
    await worker?.terminate();
  }

  private async scanNow(group: SourceGroup, context: RunContext): Promise<SourceScan> {
    SyncError.throwIfAborted(context.signal);
    const worker = (this.worker ??= this.start());
    // An idle thread must not keep a process alive that has nothing else to do.
    worker.ref();
    try {
      return await exchange(worker, { kind: 'scan', group, nowMs: context.now() }, context);
    } catch (error) {
      await this.dispose();
      throw error;
    } finally {
      worker.unref();
    }
  }

  private start(): Worker {
    return new Worker(this.workerFile, {
      workerData: { projectRoot: this.projectRoot },
      // The thread shares the editor's memory: what it has read is let go soon, not after tens of megabytes.
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    });
  }
}

function exchange(worker: Worker, request: ScanRequest, context: RunContext): Promise<SourceScan> {
  return new Promise((resolve, reject) => {
    const items: ScannedFile[] = [];
    const end = (settle: () => void) => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      context.signal?.removeEventListener('abort', onAbort);
      settle();
    };
    const fail = (message: string, cause?: unknown) =>
      end(() => reject(new SyncError('internal', `The files could not be scanned: ${message}`, { cause })));
    const onMessage = (reply: ScanReply) => {
      switch (reply.kind) {
        case 'progress':
          context.progress(reply.update);
          break;
        case 'files':
          for (const file of reply.files) items.push(file);
          worker.postMessage({ kind: 'next' } satisfies ScanRequest);
          break;
        case 'done':
          end(() => resolve({ ...reply.scan, items }));
          break;
        case 'failed':
          fail(reply.message);
      }
    };
    const onError = (error: Error) => fail(error.message, error);
    const onExit = (code: number) => fail(`the scanning thread ended with code ${code}.`);
    const onAbort = () => end(() => reject(new SyncError('cancelled', 'Cancelled.')));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    context.signal?.addEventListener('abort', onAbort, { once: true });
    worker.postMessage(request);
  });
}
