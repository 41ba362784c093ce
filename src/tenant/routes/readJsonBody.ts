import type { IncomingMessage } from 'node:http';

import { parseJson } from '../../core/parseJson';
import { limitedBody } from '../files/limitedBody';

/**
 * The body of a request as JSON; undefined when it is none.
 * @throws HttpProblem payload_too_large, bad_request when it broke off
 */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of limitedBody(request, maxBytes)) chunks.push(chunk);
  return parseJson(Buffer.concat(chunks).toString('utf8'));
}
