import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * One JSON line for a finished request. The route's pattern stands for its address, so that no query and no id gets
 * in; headers and bodies never do.
 *
 * @param failure what went wrong inside, for the operator; absent where the client was at fault
 */
export function requestLine(
  request: FastifyRequest,
  reply: FastifyReply,
  now: number,
  failure: string | undefined,
): string {
  return JSON.stringify({
    time: new Date(now).toISOString(),
    trace_id: request.id,
    method: request.method,
    route: request.routeOptions.url ?? null,
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime),
    ip: request.ip,
    ...(failure === undefined ? {} : { failure }),
  });
}

/** The chain of causes, each by its message. Our own messages hold no secrets; those of Node name paths and codes. */
export function failureText(error: unknown): string {
  const parts: string[] = [];
  for (let current = error; current instanceof Error && parts.length < 5; current = current.cause) {
    parts.push(current.message);
  }
  return parts.join(' ← ');
}
