import { once } from 'node:events';
import { FileSyncService } from '../../../../src/core/files/fileSyncService';
import { quietContext } from '../../../../src/core/ports';
import { discoverProject } from '../../../../src/core/project/discoverProject';
import { operatorToken } from '../../../support/operatorToken';

/** Has everything loaded, and then waits to be told what to do: `pull`, `push` or `restore ID`. */
const [root = '', origin = '', stagingWorker = ''] = process.argv.slice(2);
const project = await discoverProject({ start: root, env: {}, tenantId: 'tenant-1', apiUrl: origin, origin });
const service = new FileSyncService({
  project,
  context: quietContext(),
  env: { SYSTEMPROMPT_API_TOKEN: operatorToken },
  stagingWorker,
});
process.stdout.write('ready\n');
const [line] = (await once(process.stdin, 'data')) as [Buffer];
const [operation, backup = ''] = line.toString().trim().split(' ');
if (operation === 'restore') await service.restore(await service.planRestore(backup));
else await service[operation === 'push' ? 'push' : 'pull']({ delete: true }, async () => ({}));
await service.close();
process.exit(0);
