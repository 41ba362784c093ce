import { parentPort, workerData } from 'node:worker_threads';
import { quietContext } from '../../ports';
import { openStateDirectory } from '../../state/stateDirectory';
import { messageOf } from '../../syncError';
import { createGroupScanner } from './groupScanner';
import { filesPerReply, type ScanReply, type ScanRequest } from './scanMessages';

/** The scanning thread: an entry of its own, so that an editor's main thread only receives what was found. */
const { projectRoot } = workerData as { readonly projectRoot: string };
const scan = createGroupScanner(openStateDirectory(projectRoot));
const port = parentPort;

port?.on('message', (request: ScanRequest) => void answer(request));

async function answer({ group, nowMs }: ScanRequest): Promise<void> {
  try {
    const context = quietContext({
      now: () => nowMs,
      progress: (update) => reply({ kind: 'progress', update }),
    });
    const { items, ...rest } = await scan(group, context);
    for (let start = 0; start < items.length; start += filesPerReply) {
      reply({ kind: 'files', files: items.slice(start, start + filesPerReply) });
    }
    reply({ kind: 'done', scan: rest });
  } catch (error) {
    reply({ kind: 'failed', message: messageOf(error) });
  }
}

function reply(message: ScanReply): void {
  port?.postMessage(message);
}
