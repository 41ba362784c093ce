import { quietContext } from '../../../../src/core/ports';
import { acquireProjectLock } from '../../../../src/core/state/projectLock';
import { openStateDirectory } from '../../../../src/core/state/stateDirectory';

/** Takes the lock and keeps it until the process is ended. */
await acquireProjectLock(openStateDirectory(process.argv[2] ?? ''), {
  owner: 'other window',
  context: quietContext(),
});
process.stdout.write('ready\n');
setInterval(() => undefined, 1000);
