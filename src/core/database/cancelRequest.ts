import { once } from 'node:events';
import { connect as connectSocket, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TlsChoice } from './tlsAttempts';

/** Names one session of the server, and proves that its cancelling is ours to ask for. */
export interface BackendKey {
  readonly processId: number;
  readonly secretKey: number;
}

const cancelRequestCode = 80_877_102;
const sslRequestCode = 80_877_103;

/**
 * Asks the server to stop the statement that a session is running, with the protocol's own CancelRequest on a connection
 * of its own. Unlike `pg_cancel_backend` it needs no login and no free connection slot, and behind a pooler or a load
 * balancer it can never hit somebody else's session.
 *
 * Resolves when the server has taken the request; there is no answer to it.
 * @throws the socket's error, or a timeout after `timeoutMs`
 */
export async function sendCancelRequest(
  address: { readonly host: string; readonly port: number; readonly tls: TlsChoice },
  key: BackendKey,
  timeoutMs: number,
): Promise<void> {
  const plain = address.host.startsWith('/')
    ? connectSocket(`${address.host}/.s.PGSQL.${address.port}`)
    : connectSocket(address.port, address.host);
  const deadline = AbortSignal.timeout(timeoutMs);
  const giveUp = (): void =>
    void plain.destroy(new Error('The server did not take the cancel request in time.'));
  deadline.addEventListener('abort', giveUp, { once: true });
  keepErrorsFromCrashing(plain);
  try {
    await once(plain, 'connect');
    const socket = address.tls === false ? plain : await startTls(plain, address.host, address.tls);
    const closed = once(socket, 'close');
    socket.end(message(cancelRequestCode, key.processId, key.secretKey));
    // Without a reader a socket never reports its end.
    socket.resume();
    await closed;
  } finally {
    deadline.removeEventListener('abort', giveUp);
    plain.destroy();
  }
}

async function startTls(plain: Socket, host: string, tls: Exclude<TlsChoice, false>): Promise<Socket> {
  plain.write(message(sslRequestCode));
  const [answer] = (await once(plain, 'data')) as [Buffer];
  if (answer.toString('latin1') !== 'S') throw new Error('The server does not support SSL connections');
  const secured = connectTls({
    ...tls,
    socket: plain,
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
  });
  keepErrorsFromCrashing(secured);
  await once(secured, 'secureConnect');
  return secured;
}

/** `once` reports errors only while it waits: between two waits an error without a listener would end the process. */
function keepErrorsFromCrashing(socket: Socket): void {
  socket.on('error', () => {});
}

/** Big-endian 32-bit integers behind their total length, as start-up messages of the protocol are. */
function message(...words: number[]): Buffer {
  const bytes = Buffer.alloc(4 + words.length * 4);
  [bytes.length, ...words].forEach((word, index) => bytes.writeInt32BE(word | 0, index * 4));
  return bytes;
}
