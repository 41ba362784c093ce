import type { IncomingMessage } from 'node:http';

import { parseJson } from '../../core/parseJson';
import { limitedBody, readWhole } from '../files/limitedBody';

/**
 * The body of a request as JSON; undefined when it is none.
 * @throws HttpProblem payload_too_large, bad_request when it broke off
 */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  return parseJson((await readWhole(limitedBody(request, maxBytes))).toString('utf8'));
}
