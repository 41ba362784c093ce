import { MessageChannel, type MessagePort } from 'node:worker_threads';

let nobody: MessagePort | undefined;

/**
 * Gives the memory of a buffer back at once. V8 lets 32 MB of buffers that nobody needs pile up before it looks for them, which
 * is more than packing needs in all, and looks through all of its heap each time. What is sent to a port leaves this thread, and behind this one is nobody.
 *
 * @param bytes have been used: they are empty from now on, and so is whatever shares their memory
 */
export function freeBuffer(bytes: Uint8Array): void {
  const { buffer } = bytes;
  // Small buffers share theirs with others.
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength <= Buffer.poolSize) return;
  nobody ??= portToNobody();
  nobody.postMessage(undefined, [buffer]);
}

function portToNobody(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  return port1;
}
