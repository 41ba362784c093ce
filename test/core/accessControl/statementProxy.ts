import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Between a client and Postgres on loopback, without TLS: it sees where each statement ends. */
export interface StatementProxy extends AsyncDisposable {
  /** The same URL with the port of the proxy. */
  through(url: string): string;
  /** How many statements have been answered since `plan`. */
  readonly answered: number;
  /** Counts from zero; the answer of statement `number` (from 1) is held back until `run` is done with the session's backend. */
  plan(number?: number, run?: (backendPid: number) => Promise<void>): void;
  /** Breaks every connection; what was held back is never seen. */
  cut(): Promise<void>;
}

/** ReadyForQuery ends the answer of a statement, and of the log-in. */
const readyForQuery = 'Z';
const backendKeyData = 'K';

export async function startStatementProxy(): Promise<StatementProxy> {
  const sockets = new Set<Socket>();
  let upstreamPort = 0;
  let answered = 0;
  let planned: { readonly number: number; readonly run: (pid: number) => Promise<void> } | undefined;

  const server = createServer((client) => {
    const upstream = connect(upstreamPort, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    client.pipe(upstream);
    let rest: Buffer = Buffer.alloc(0);
    let pid = 0;
    let loggedIn = false;
    let forwarding = Promise.resolve();
    upstream.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (;;) {
        const length = rest.length < 5 ? Infinity : rest.readInt32BE(1) + 1;
        if (rest.length < length) return;
        const message = rest.subarray(0, length);
        rest = rest.subarray(length);
        const type = String.fromCharCode(message[0] ?? 0);
        if (type === backendKeyData) pid = message.readInt32BE(5);
        const hold =
          type === readyForQuery && loggedIn && (answered += 1) === planned?.number ? planned : undefined;
        if (type === readyForQuery) loggedIn = true;
        forwarding = forwarding.then(async () => {
          await hold?.run(pid);
          client.write(message);
        });
      }
    });
    upstream.on('close', () => void forwarding.then(() => client.end()));
    client.on('close', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    through(url) {
      const address = new URL(url);
      upstreamPort = Number(address.port);
      address.hostname = '127.0.0.1';
      address.port = String((server.address() as AddressInfo).port);
      address.searchParams.set('sslmode', 'disable');
      return address.href;
    },
    get answered() {
      return answered;
    },
    plan(number = 0, run = async () => {}) {
      answered = 0;
      planned = { number, run };
    },
    async cut() {
      for (const socket of sockets) socket.destroy();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
