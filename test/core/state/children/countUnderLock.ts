import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { quietContext } from '../../../../src/core/ports';
import { acquireProjectLock } from '../../../../src/core/state/projectLock';
import { openStateDirectory } from '../../../../src/core/state/stateDirectory';

/** Adds one to `counter` under the lock, `count` times, and notes each number it has written in `numbers-<name>`. */
const [root = '', name = '', count = ''] = process.argv.slice(2);
const counter = join(root, 'counter');
process.stdout.write('ready\n');
for (let done = 0; done < Number(count); done += 1) {
  const lock = await acquireProjectLock(openStateDirectory(root), {
    owner: name,
    context: quietContext(),
    waitMs: 120_000,
  });
  const next = Number(await readFile(counter, 'utf8')) + 1;
  await nextTurn();
  await writeFile(`${counter}.${name}`, String(next));
  await rename(`${counter}.${name}`, counter);
  await appendFile(join(root, `numbers-${name}`), `${next}\n`);
  await lock.release();
}
