import { FileSyncService } from '../../../../src/core/files/fileSyncService';
import { quietContext } from '../../../../src/core/ports';
import { discoverProject } from '../../../../src/core/project/discoverProject';
import { dieAtCall } from '../../../support/dieAtCall';
import { operatorToken } from '../../../support/operatorToken';

/** Plans an operation, and dies at one call to the file system while it is applied; ends with 0 when it got through before. */
const [root = '', origin = '', operation = '', moment = '', at = ''] = process.argv.slice(2);
const death = await dieAtCall(moment === 'half' ? 'half' : 'after');
const project = await discoverProject({ start: root, env: {}, tenantId: 'tenant-1', apiUrl: origin, origin });
const service = new FileSyncService({
  project,
  context: quietContext(),
  env: { SYSTEMPROMPT_API_TOKEN: operatorToken },
});
if (operation === 'restore') {
  const [backup] = await service.backups();
  const plan = await service.planRestore(backup?.id ?? '');
  death.arm(Number(at));
  await service.restore(plan);
} else {
  const direction = operation === 'push' ? 'push' : 'pull';
  const plan = await service.plan(await service.diff(), { direction, delete: true });
  death.arm(Number(at));
  await service.apply(plan);
}
// Whoever asks for a call that is never made learns how many there are.
process.stdout.write(`${death.calls()}\n`);
death.arm(Infinity);
await service.close();
