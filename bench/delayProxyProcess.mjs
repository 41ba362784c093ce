/**
 * The process of one delaying proxy; see delayProxy.mjs. Arguments: the server's port on loopback, the delay one way in
 * milliseconds. Tells its parent its own port, and answers whatever it is sent with its count of round trips. It ends with
 * the parent.
 */
import { connect, createServer } from 'node:net';

const [serverPort = 0, delayMs = 0] = process.argv.slice(2).map(Number);
let turns = 0;

/** More than this in flight and the sender waits: a proxy that takes everything at once would hide a slow receiver. */
const maxInFlight = 8 * 1024 * 1024;

const server = createServer((client) => {
  const upstream = connect(serverPort, '127.0.0.1');
  let serverSpoke = true;
  for (const socket of [client, upstream]) {
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
  }
  client.on('data', () => {
    if (serverSpoke) turns += 1;
    serverSpoke = false;
  });
  upstream.on('data', () => {
    serverSpoke = true;
  });
  forward(client, upstream);
  forward(upstream, client);
});

function forward(from, to) {
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

process.on('message', () => process.send({ turns }));
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
