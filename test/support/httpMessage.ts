import type { Socket } from 'node:net';

/** One HTTP/1.1 message as it travels: enough to cut it in places, not a client. */
export interface HttpMessage {
  readonly startLine: string;
  /** Lines of the head without the start line. */
  readonly headers: readonly string[];
  /** Unchunked. */
  readonly body: Buffer;
}

export interface MessageReader {
  /** The next message, or undefined when the connection ended. */
  next(): Promise<HttpMessage | undefined>;
}

/** Reads whole messages off a socket. */
export function readMessages(socket: Socket, kind: 'request' | 'response'): MessageReader {
  let held = Buffer.alloc(0);
  let ended = false;
  let wake = (): void => {};
  socket.on('data', (part: Buffer) => {
    held = Buffer.concat([held, part]);
    wake();
  });
  const end = (): void => {
    ended = true;
    wake();
  };
  socket.on('end', end).on('error', end).on('close', end);

  const more = async (): Promise<boolean> => {
    if (ended) return false;
    await new Promise<void>((resolve) => (wake = resolve));
    return true;
  };
  const until = async (mark: string): Promise<string | undefined> => {
    for (;;) {
      const at = held.indexOf(mark);
      if (at >= 0)
        return take(at + mark.length)
          .toString('latin1')
          .slice(0, -mark.length);
      if (!(await more())) return undefined;
    }
  };
  const take = (size: number): Buffer => {
    const part = held.subarray(0, size);
    held = held.subarray(size);
    return part;
  };
  const exactly = async (size: number): Promise<Buffer> => {
    while (held.length < size && (await more()));
    return take(size);
  };
  const chunks = async (): Promise<Buffer> => {
    const parts: Buffer[] = [];
    for (;;) {
      const size = parseInt((await until('\r\n')) ?? '0', 16);
      parts.push(await exactly(size));
      await exactly(2);
      if (size === 0) return Buffer.concat(parts);
    }
  };
  const toTheEnd = async (): Promise<Buffer> => {
    while (await more());
    return take(held.length);
  };

  return {
    async next() {
      const head = await until('\r\n\r\n');
      if (head === undefined) return undefined;
      const [startLine = '', ...headers] = head.split('\r\n');
      const length = headerOf(headers, 'content-length');
      if (/chunked/i.test(headerOf(headers, 'transfer-encoding') ?? '')) {
        return { startLine, headers, body: await chunks() };
      }
      if (length !== undefined) return { startLine, headers, body: await exactly(Number(length)) };
      return { startLine, headers, body: kind === 'request' ? Buffer.alloc(0) : await toTheEnd() };
    },
  };
}

export function headerOf(headers: readonly string[], name: string): string | undefined {
  const line = headers.find((header) => header.toLowerCase().startsWith(`${name}:`));
  return line?.slice(name.length + 1).trim();
}

/** The head with the given length of body announced, whatever the body has. */
export function headBytes(
  message: HttpMessage,
  announcedBytes: number,
  extra: readonly string[] = [],
): Buffer {
  const kept = message.headers.filter((header) => !/^(?:content-length|transfer-encoding):/i.test(header));
  const lines = [message.startLine, ...kept, ...extra, `content-length: ${announcedBytes}`];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}
