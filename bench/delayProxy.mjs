// A TCP proxy on loopback that makes every byte arrive later, so that a distant server can be measured on one machine.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('delayProxyProcess.mjs', import.meta.url));

/**
 * Starts the proxy in a process of its own: a network costs its user no time, and is not late when the user is busy.
 *
 * @param {object} options
 * @param {number} options.port of the server on loopback
 * @param {number} [options.delayMs] one way; a round trip takes twice that
 * @returns {Promise<{port: number, turns: () => Promise<number>, close: () => Promise<void>}>} `turns` counts round trips:
 *   how often a client spoke after the server had, on all connections
 */
export async function startDelayProxy({ port, delayMs = 0 }) {
  const child = fork(script, [String(port), String(delayMs)], { execArgv: [] });
  const gone = once(child, 'exit');
  const [ready] = await Promise.race([
    once(child, 'message'),
    gone.then(() => Promise.reject(new Error('The delaying proxy did not start.'))),
  ]);
  return {
    port: ready.port,
    async turns() {
      const answer = once(child, 'message');
      child.send('turns');
      return (await answer)[0].turns;
    },
    async close() {
      child.disconnect();
      await gone;
    },
  };
}
