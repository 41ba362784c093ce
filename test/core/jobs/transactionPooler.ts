import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Client } from 'pg';
import { onTestFinished } from 'vitest';

/** A pooler as others build them: clients get a session of the server for a transaction, or for as long as they stay. */
export type PoolMode = 'transaction' | 'session';

interface Backend {
  readonly socket: Socket;
}

/**
 * Stands between client and server, speaks the protocol to both, and lends `size` sessions of the server.
 * @returns the URL to connect to
 */
export async function startPooler(databaseUrl: string, mode: PoolMode, size = 4): Promise<string> {
  const idle: Backend[] = [];
  const clients: Client[] = [];
  const sockets = new Set<Socket>();
  for (let index = 0; index < size; index += 1) {
    const client = new Client({ connectionString: databaseUrl });
    client.on('error', () => undefined);
    await client.connect();
    clients.push(client);
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
    stream.removeAllListeners('data');
    idle.push({ socket: stream });
  }
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serveClient(socket, mode, idle);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    for (const { socket } of idle) socket.destroy();
    for (const client of clients)
      (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
  });
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return url.href;
}

function serveClient(socket: Socket, mode: PoolMode, idle: Backend[]): void {
  let started = false;
  let lent: Backend | undefined;
  let inTransaction = false;
  let waiting: Buffer = Buffer.alloc(0);

  const giveBack = (): void => {
    if (!lent) return;
    lent.socket.removeAllListeners('data');
    idle.unshift(lent);
    lent = undefined;
  };
  const lend = (): Backend => {
    const backend = idle.shift();
    if (!backend) throw new Error('The pool of this test is too small.');
    let answer: Buffer = Buffer.alloc(0);
    backend.socket.on('data', (chunk: Buffer) => {
      socket.write(chunk);
      answer = Buffer.concat([answer, chunk]);
      for (let length = messageLength(answer); length !== undefined; length = messageLength(answer)) {
        if (answer[0] === 0x5a) inTransaction = answer[5] !== 0x49;
        const isReady = answer[0] === 0x5a;
        answer = answer.subarray(length);
        if (isReady && !inTransaction && mode === 'transaction') giveBack();
      }
    });
    return backend;
  };
  socket.on('close', giveBack);
  socket.on('data', (chunk: Buffer) => {
    if (started) {
      // Goodbye is for the pooler, not for the session behind it.
      if (chunk[0] === 0x58) return void socket.end();
      lent ??= lend();
      lent.socket.write(chunk);
      return;
    }
    waiting = Buffer.concat([waiting, chunk]);
    if (waiting.length < 4 || waiting.length < waiting.readInt32BE(0)) return;
    started = true;
    socket.write(Buffer.concat([authenticationOk, backendKey(), readyForQuery]));
  });
}

/** Of the first message in a buffer, its type included; undefined while it is not whole. */
function messageLength(buffer: Buffer): number | undefined {
  if (buffer.length < 5) return undefined;
  const length = buffer.readInt32BE(1) + 1;
  return buffer.length < length ? undefined : length;
}

const authenticationOk = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]);
const readyForQuery = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

/** A pooler makes up the key by which its client may cancel. */
function backendKey(): Buffer {
  const key = Buffer.alloc(13);
  key[0] = 0x4b;
  key.writeInt32BE(12, 1);
  key.writeInt32BE(1_234_567, 5);
  key.writeInt32BE(7, 9);
  return key;
}
