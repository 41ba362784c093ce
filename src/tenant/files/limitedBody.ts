import type { IncomingMessage } from 'node:http';

import { HttpProblem } from '../httpProblem';

/** How much of a refused body is read on, so that the client gets to see the answer instead of a reset. */
const drainedBytes = 16 * 1024 * 1024;

/**
 * The body of a request, up to a limit. Leaving it early keeps the connection, which still carries the answer.
 *
 * @param asText the refusal is the web framework's plain text, as upstream
 * @throws HttpProblem payload_too_large, bad_request when the body broke off
 */
export async function* limitedBody(
  request: IncomingMessage,
  maxBytes: number,
  asText = false,
): AsyncGenerator<Buffer> {
  const tooLarge = (): HttpProblem => {
    const message = asText ? 'length limit exceeded' : `The body is larger than ${maxBytes} bytes.`;
    const details = { max_body_bytes: maxBytes };
    return new HttpProblem('payload_too_large', message, { details, plainText: asText });
  };
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
    drain(request);
    throw tooLarge();
  }
  let received = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      received += chunk.length;
      if (received > maxBytes) throw tooLarge();
      yield chunk;
    }
  } catch (error) {
    if (error instanceof HttpProblem) throw error;
    throw new HttpProblem('bad_request', 'The body broke off.', { cause: error });
  } finally {
    if (!request.complete) drain(request);
  }
}

/** The whole of a body that fits into memory. */
export async function readWhole(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Reads and forgets what is still coming; a sender that does not stop is cut off. */
export function drain(request: IncomingMessage): void {
  let dropped = 0;
  request.on('data', (chunk: Buffer) => {
    dropped += chunk.length;
    if (dropped > drainedBytes) request.destroy();
  });
  request.on('error', () => undefined);
  request.resume();
}
