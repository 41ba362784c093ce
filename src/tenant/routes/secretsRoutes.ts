import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as z from 'zod/mini';

import { HttpProblem } from '../httpProblem';
import { createSecretsFile, type SecretsFile } from '../secretsFile';
import { readJsonBody } from './readJsonBody';

const maxBodyBytes = 256 * 1024;
const secretsBody = z.object({
  // Names of environment variables, and values that one can hold.
  secrets: z.record(
    z.string().check(z.regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/u)),
    z.string().check(z.regex(/^[^\0]*$/u)),
  ),
});

/**
 * Environment secrets of the tenant (cloud.md 3.7): set, list the names, remove one. Answers are flat under both prefixes, and
 * no answer holds a value.
 *
 * @param path of the file that keeps them; undefined: this endpoint has no place for them
 */
export function registerSecretsRoutes(app: FastifyInstance, path: string | undefined): void {
  const file = path === undefined ? undefined : createSecretsFile(path);
  const required = (): SecretsFile => {
    if (file !== undefined) return file;
    throw new HttpProblem('not_implemented', 'No place for secrets is configured on this endpoint.');
  };

  app.put('/:id/secrets', async (request) => {
    const secrets = required();
    const body = secretsBody.safeParse(await readJsonBody(request.raw, maxBodyBytes));
    // The issues of the check may repeat what was sent.
    if (!body.success)
      throw new HttpProblem(
        'bad_request',
        'The body must be {"secrets":{"NAME":"value"}}, with names of environment variables.',
      );
    await secrets.set(body.data.secrets);
    return { keys: Object.keys(body.data.secrets).sort() };
  });
  app.get('/:id/secrets', async () => ({ keys: await required().names() }));
  app.delete('/:id/secrets/:name', async (request: FastifyRequest<{ Params: { name: string } }>) => {
    const { name } = request.params;
    if (!(await required().remove(name)))
      throw new HttpProblem('not_found', 'There is no secret of that name.');
    return { keys: [name] };
  });
}
