import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A moment at which a server has answered: a statement is done (`Z`), or it waits for the rows of a COPY (`G`). */
export interface Answer {
  /** Counts from 1, over all connections. */
  readonly number: number;
  /** Process id of the session at the server. */
  readonly backend: number;
}

export interface StatementProxy {
  readonly port: number;
  /** Answers so far, since the last `watch`. */
  readonly answers: number;
  /** `onAnswer` is called before the client sees the answer; when it gives `lose`, the client never does. */
  watch(onAnswer: (answer: Answer) => Promise<'lose' | void>): void;
  close(): Promise<void>;
}

const backendKeyData = 'K';
const answerTypes = new Set(['Z', 'G']);

/** A TCP proxy before a real Postgres that understands where its messages end. */
export async function startStatementProxy(serverPort: number): Promise<StatementProxy> {
  let onAnswer: Parameters<StatementProxy['watch']>[0] = async () => undefined;
  let answers = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(serverPort, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    client.pipe(upstream);
    client.on('close', () => upstream.destroy());
    void forward(upstream, client, async (backend) => {
      answers += 1;
      return onAnswer({ number: answers, backend });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get answers() {
      return answers;
    },
    watch(next) {
      answers = 0;
      onAnswer = next;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function forward(
  upstream: Socket,
  client: Socket,
  onAnswer: (backend: number) => Promise<'lose' | void>,
): Promise<void> {
  let backend = 0;
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of upstream as AsyncIterable<Buffer>) {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 5 && rest.length >= 1 + rest.readInt32BE(1)) {
        const message = rest.subarray(0, 1 + rest.readInt32BE(1));
        rest = rest.subarray(message.length);
        const type = String.fromCharCode(message[0] ?? 0);
        if (type === backendKeyData) backend = message.readInt32BE(5);
        if (answerTypes.has(type) && (await onAnswer(backend)) === 'lose') {
          client.destroy();
          return;
        }
        client.write(message);
      }
    }
  } catch {
    // The server cut the connection: so does the proxy.
  }
  client.end();
}
