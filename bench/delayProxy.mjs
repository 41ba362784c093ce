// A TCP proxy on loopback that makes every byte arrive later, so that a distant server can be measured on one machine.
import { connect, createServer } from 'node:net';

/**
 * @param {object} options
 * @param {number} options.port of the server on loopback
 * @param {number} [options.delayMs] one way; a round trip takes twice that
 * @returns {Promise<{port: number, turns: () => number, close: () => Promise<void>}>} `turns` counts round trips: how often
 *   a client spoke after the server had, on all connections
 */
export async function startDelayProxy({ port, delayMs = 0 }) {
  let turns = 0;
  const sockets = new Set();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    let serverSpoke = true;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('data', () => {
      if (serverSpoke) turns += 1;
      serverSpoke = false;
    });
    upstream.on('data', () => {
      serverSpoke = true;
    });
    forward(client, upstream, delayMs);
    forward(upstream, client, delayMs);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    turns: () => turns,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** More than this in flight and the sender waits: a proxy that takes everything at once would hide a slow receiver. */
const maxInFlight = 8 * 1024 * 1024;

function forward(from, to, delayMs) {
  let inFlight = 0;
  const deliver = (chunk) => {
    if (to.destroyed) return;
    to.write(chunk, () => {
      inFlight -= chunk.length;
      if (inFlight < maxInFlight && from.isPaused()) from.resume();
    });
  };
  from.on('data', (chunk) => {
    inFlight += chunk.length;
    if (inFlight >= maxInFlight) from.pause();
    if (delayMs === 0) deliver(chunk);
    else setTimeout(deliver, delayMs, chunk);
  });
  from.on('close', () => setTimeout(() => to.end(), delayMs));
}
