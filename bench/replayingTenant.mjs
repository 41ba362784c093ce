/**
 * `node replayingTenant.mjs ORIGIN`: asks the tenant there once for each thing, and gives the same answer from then on. A stand-in
 * for a tenant that has its archive ready, in a process of its own: what a pull costs is measured without what packing costs.
 * Prints its own origin.
 */
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';

const [, , origin] = process.argv;
const answers = new Map();

const server = createServer(async (request, response) => {
  const { status, headers, body } = await answerTo(request);
  response.writeHead(status, headers).end(body);
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));

async function answerTo(request) {
  const sent = await buffer(request);
  const key = `${request.method} ${request.url} ${sent}`;
  if (!answers.has(key)) answers.set(key, await ask(request, sent));
  return answers.get(key);
}

async function ask({ method, url, headers: { authorization = '', 'content-type': type = '' } }, sent) {
  const headers = { authorization, 'content-type': type };
  const body = sent.length > 0 ? sent : undefined;
  const answer = await fetch(origin + url, { method, headers, body });
  return {
    status: answer.status,
    headers: Object.fromEntries(
      [...answer.headers].filter(([name]) => ['content-type', 'content-length', 'etag'].includes(name)),
    ),
    body: Buffer.from(await answer.arrayBuffer()),
  };
}
