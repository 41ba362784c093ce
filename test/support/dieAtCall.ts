import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

type Call = (...args: unknown[]) => unknown;
type Methods = Record<string, Call>;

export interface Death {
  /** From now on calls are counted; at this one the process dies (from 1; 0: at once). */
  arm(at: number): void;
  calls(): number;
}

/**
 * Lets this process die at one of its calls to the file system, whichever library makes it: Node's own functions are
 * replaced, those of open files included. The death is a real SIGKILL, so that nothing can be tidied up.
 *
 * @param moment `after` the call was carried out, or `half`-way through: only calls that write are counted then
 */
export async function dieAtCall(moment: 'after' | 'half'): Promise<Death> {
  let at = Infinity;
  let calls = -Infinity;
  const die = (): never => {
    process.kill(process.pid, 'SIGKILL');
    for (;;);
  };
  const counted = (call: Call): Call =>
    function (this: unknown, ...args) {
      calls += 1;
      if (calls !== at) return call.apply(this, args);
      try {
        const result = call.apply(this, args);
        return result instanceof Promise ? result.then(die, die) : die();
      } catch {
        // Calls that fail are calls as well: for a file that is not there, for one.
        return die();
      }
    };
  const torn = (call: Call, data: (args: unknown[]) => unknown[]): Call =>
    function (this: unknown, ...args) {
      calls += 1;
      if (calls !== at) return call.apply(this, args);
      const result = call.apply(this, data(args));
      return result instanceof Promise ? result.then(die, die) : die();
    };
  const handle = await fs.promises.open(process.execPath, 'r');
  const handles = Object.getPrototypeOf(handle) as Methods;
  await handle.close();
  const synchronous = Object.keys(fs).filter((name) => name.endsWith('Sync'));
  if (moment === 'after') {
    replace(fs as unknown as Methods, synchronous, counted);
    replace(fs.promises as unknown as Methods, Object.keys(fs.promises), counted);
    replace(
      handles,
      ['appendFile', 'chmod', 'close', 'read', 'readFile', 'stat', 'sync', 'write', 'writeFile'],
      counted,
    );
  } else {
    replace(fs as unknown as Methods, ['writeFileSync', 'appendFileSync', 'writeSync'], (call) =>
      torn(call, halfOfSecond),
    );
    replace(fs.promises as unknown as Methods, ['writeFile', 'appendFile'], (call) =>
      torn(call, halfOfSecond),
    );
    replace(handles, ['writeFile', 'appendFile', 'write'], (call) => torn(call, halfOfFirst));
  }
  syncBuiltinESMExports();
  return {
    arm(last) {
      if (last === 0) die();
      [at, calls] = [last, 0];
    },
    calls: () => calls,
  };
}

function replace(methods: Methods, names: readonly string[], by: (call: Call) => Call): void {
  for (const name of names) {
    const call = methods[name];
    if (typeof call === 'function') methods[name] = by(call);
  }
}

function halfOfFirst([data]: unknown[]): unknown[] {
  return [halfOf(data)];
}

function halfOfSecond([target, data]: unknown[]): unknown[] {
  return [target, halfOf(data)];
}

function halfOf(data: unknown): Uint8Array {
  const bytes = typeof data === 'string' ? Buffer.from(data) : (data as Uint8Array);
  return bytes.subarray(0, bytes.length / 2);
}
