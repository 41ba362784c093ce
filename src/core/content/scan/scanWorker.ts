import { parentPort, workerData } from 'node:worker_threads';
import { quietContext } from '../../ports';
import { openStateDirectory } from '../../state/stateDirectory';
import { messageOf } from '../../syncError';
import { createGroupScanner } from './groupScanner';
import { filesPerReply, type ScanReply, type ScanRequest } from './scanMessages';
import type { SourceScan } from './sourceScan';

/** The scanning thread: an entry of its own, so that an editor's main thread only receives what was found. */
const { projectRoot } = workerData as { readonly projectRoot: string };
const scan = createGroupScanner(openStateDirectory(projectRoot));
const port = parentPort;

let results: Iterator<ScanReply> | undefined;

port?.on('message', (request: ScanRequest) => {
  if (request.kind === 'scan') void answer(request);
  else replyNext();
});

async function answer({ group, nowMs }: ScanRequest & { kind: 'scan' }): Promise<void> {
  try {
    const context = quietContext({
      now: () => nowMs,
      progress: (update) => reply({ kind: 'progress', update }),
    });
    results = resultsOf(await scan(group, context));
    replyNext();
  } catch (error) {
    reply({ kind: 'failed', message: messageOf(error) });
  }
}

function* resultsOf({ items, ...rest }: SourceScan): Generator<ScanReply> {
  for (let start = 0; start < items.length; start += filesPerReply) {
    yield { kind: 'files', files: items.slice(start, start + filesPerReply) };
  }
  yield { kind: 'done', scan: rest };
}

function replyNext(): void {
  const next = results?.next();
  if (next?.done !== false) return;
  if (next.value.kind === 'done') results = undefined;
  reply(next.value);
}

function reply(message: ScanReply): void {
  port?.postMessage(message);
}
