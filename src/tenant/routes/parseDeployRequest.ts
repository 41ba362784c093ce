import type { IncomingMessage } from 'node:http';

import * as z from 'zod/mini';

import { HttpProblem } from '../httpProblem';
import { readJsonBody } from './readJsonBody';

// An image reference begins with a letter or digit, so it can never be read as an option of the hook's program.
const deployBody = z.object({
  image: z.string().check(z.maxLength(512), z.regex(/^[A-Za-z0-9][A-Za-z0-9._\-/:@]*$/u)),
});

/** The image of a deploy call. @throws HttpProblem bad_request, payload_too_large */
export async function parseDeployRequest(request: IncomingMessage): Promise<string> {
  const body = deployBody.safeParse(await readJsonBody(request, 16 * 1024));
  if (!body.success) throw new HttpProblem('bad_request', 'The body must be {"image":"REGISTRY/NAME:TAG"}.');
  return body.data.image;
}
