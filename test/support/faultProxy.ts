import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { headBytes, readMessages, type HttpMessage } from './httpMessage';

/** What goes wrong with one exchange. Positions are sixteenths of the body: 0 after the head, 16 after all of it. */
export type Fault =
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'trickle'; readonly side: Side; readonly ms: number }
  | { readonly kind: 'reset'; readonly side: Side; readonly sixteenth: number }
  /** `right`: the shortened length is announced; `wrong`: the original one, and the connection ends early. */
  | {
      readonly kind: 'truncate';
      readonly side: Side;
      readonly sixteenth: number;
      readonly length: 'right' | 'wrong';
    }
  | { readonly kind: 'replyLost' }
  | { readonly kind: 'duplicateReply' }
  | { readonly kind: 'stall' }
  /** Another answer than the endpoint's; `when` says how much of the request the endpoint gets to see. */
  | { readonly kind: 'answer'; readonly reply: Reply; readonly when: 'before' | 'midway' | 'after' };

export type Side = 'request' | 'response';

export interface Reply {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}

export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly fault: Fault | undefined;
  /** What the endpoint answered; undefined when it was never asked, or cut off. */
  readonly upstreamStatus: number | undefined;
}

export interface FaultPlan {
  readonly matches: (method: string, path: string) => boolean;
  readonly fault: Fault;
  /** How many matching exchanges go wrong before all go well. */
  readonly times: number;
}

export interface FaultProxy extends AsyncDisposable {
  readonly url: string;
  readonly exchanges: readonly Exchange[];
  /** Replaces the plan and forgets what happened so far. */
  plan(plan: FaultPlan | undefined): void;
}

/** A TCP proxy before a real HTTP server, that breaks exchanges in chosen places. */
export async function startFaultProxy(upstreamPort: number): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  let exchanges: Exchange[] = [];
  let plan: FaultPlan | undefined;
  let left = 0;

  const takeFault = (method: string, path: string): Fault | undefined => {
    if (!plan || left === 0 || !plan.matches(method, path)) return undefined;
    left -= 1;
    return plan.fault;
  };
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    return socket;
  };

  const serve = async (client: Socket): Promise<void> => {
    const requests = readMessages(client, 'request');
    for (;;) {
      const request = await requests.next();
      if (!request || client.destroyed) return;
      const [method = '', address = ''] = request.startLine.split(' ');
      const path = address.split('?', 1)[0] ?? '';
      const fault = takeFault(method, path);
      const record = exchanges;
      const index = record.push({ method, path, fault, upstreamStatus: undefined }) - 1;
      const upstream: Upstream = {
        open: () => keep(connect(upstreamPort, '127.0.0.1')),
        answered: (upstreamStatus) => void (record[index] = { method, path, fault, upstreamStatus }),
      };
      await exchange(client, upstream, request, fault);
    }
  };

  const server = createServer((socket) => void serve(keep(socket)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get exchanges() {
      return exchanges;
    },
    plan: (next) => {
      plan = next;
      left = next?.times ?? 0;
      exchanges = [];
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

interface Upstream {
  readonly open: () => Socket;
  readonly answered: (status: number) => void;
}

async function exchange(
  client: Socket,
  upstream: Upstream,
  request: HttpMessage,
  fault: Fault | undefined,
): Promise<void> {
  if (fault?.kind === 'reset' && fault.side === 'request') {
    await sendPart(upstream, request, fault.sixteenth, request.body.length);
    return reset(client);
  }
  if (fault?.kind === 'answer' && fault.when !== 'after') {
    if (fault.when === 'midway') await sendPart(upstream, request, 8, request.body.length);
    return answer(client, fault.reply);
  }
  if (fault?.kind === 'truncate' && fault.side === 'request' && fault.length === 'wrong') {
    const response = await sendPart(upstream, request, fault.sixteenth, request.body.length, 'end');
    return response ? relay(client, response) : reset(client);
  }
  const sent =
    fault?.kind === 'truncate' && fault.side === 'request' ? shortened(request, fault.sixteenth) : request;
  const pace = fault?.kind === 'trickle' && fault.side === 'request' ? fault.ms : 0;
  const response = await ask(upstream, sent, pace);
  if (!response) return reset(client);
  await reply(client, response, fault);
}

async function reply(client: Socket, response: HttpMessage, fault: Fault | undefined): Promise<void> {
  switch (fault?.kind) {
    case undefined:
      return relay(client, response);
    case 'delay':
      await delay(fault.ms);
      return relay(client, response);
    case 'trickle':
      return fault.side === 'response' ? trickle(client, response, fault.ms) : relay(client, response);
    case 'reset': {
      client.write(headBytes(response, response.body.length));
      await flushed(client, response.body.subarray(0, at(response, fault.sixteenth)));
      return reset(client);
    }
    case 'truncate': {
      if (fault.side === 'request') return relay(client, response);
      const short = shortened(response, fault.sixteenth);
      client.write(headBytes(response, fault.length === 'right' ? short.body.length : response.body.length));
      await flushed(client, short.body);
      if (fault.length === 'wrong') client.end();
      return;
    }
    case 'replyLost':
      client.destroy();
      return;
    case 'duplicateReply':
      relay(client, response);
      return relay(client, response);
    case 'stall':
      return;
    case 'answer':
      return answer(client, fault.reply);
  }
}

/** The endpoint's answer to a request that reaches it whole. */
async function ask(
  upstream: Upstream,
  request: HttpMessage,
  pieceMs: number,
): Promise<HttpMessage | undefined> {
  const socket = upstream.open();
  const responses = readMessages(socket, 'response');
  if (pieceMs > 0) await trickle(socket, request, pieceMs);
  else relay(socket, request);
  return received(socket, responses.next(), upstream);
}

/** Sends the head and a part of the body, then breaks the connection, or ends it and waits for what may be said. */
async function sendPart(
  upstream: Upstream,
  request: HttpMessage,
  sixteenth: number,
  announcedBytes: number,
  then: 'reset' | 'end' = 'reset',
): Promise<HttpMessage | undefined> {
  const socket = upstream.open();
  const responses = readMessages(socket, 'response');
  await new Promise<void>((resolve) => socket.once('connect', resolve).once('error', () => resolve()));
  socket.write(headBytes(request, announcedBytes));
  await flushed(socket, request.body.subarray(0, at(request, sixteenth)));
  if (then === 'reset') return void reset(socket);
  socket.end();
  return received(socket, responses.next(), upstream);
}

async function received(
  socket: Socket,
  next: Promise<HttpMessage | undefined>,
  upstream: Upstream,
): Promise<HttpMessage | undefined> {
  const response = await next;
  socket.destroy();
  if (response) upstream.answered(Number(response.startLine.split(' ')[1]));
  return response;
}

function relay(socket: Socket, message: HttpMessage): void {
  socket.write(Buffer.concat([headBytes(message, message.body.length), message.body]));
}

function answer(client: Socket, { status, headers, body }: Reply): void {
  relay(client, { startLine: `HTTP/1.1 ${status} Proxy`, headers, body: Buffer.from(body) });
}

/** In sixteen pieces with pauses between. */
async function trickle(socket: Socket, message: HttpMessage, pieceMs: number): Promise<void> {
  socket.write(headBytes(message, message.body.length));
  for (let sixteenth = 0; sixteenth < 16; sixteenth += 1) {
    await delay(pieceMs);
    socket.write(message.body.subarray(at(message, sixteenth), at(message, sixteenth + 1)));
  }
}

function at(message: HttpMessage, sixteenth: number): number {
  return Math.floor((message.body.length * sixteenth) / 16);
}

function shortened(message: HttpMessage, sixteenth: number): HttpMessage {
  return { ...message, body: message.body.subarray(0, at(message, sixteenth)) };
}

/** Waits until the bytes have been handed over, and a moment for them to be read before what follows. */
async function flushed(socket: Socket, bytes: Buffer): Promise<void> {
  await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  await delay(2);
}

function reset(socket: Socket): void {
  socket.resetAndDestroy();
}
