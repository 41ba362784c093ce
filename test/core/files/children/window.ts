import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FileSyncService } from '../../../../src/core/files/fileSyncService';
import { quietContext } from '../../../../src/core/ports';
import { discoverProject } from '../../../../src/core/project/discoverProject';
import { operatorToken } from '../../../support/operatorToken';
import { writeInOneStep } from '../writeInOneStep';

/**
 * Works as an editor's window does, with one service for all of its life: changes a file here and pushes, changes one on the
 * tenant and pulls, by turns, and goes on when the change has arrived. Ends with 1 when one never does, or is taken back.
 */
const [root = '', remote = '', origin = '', name = '', turns = '0'] = process.argv.slice(2);
const local = join(root, 'services');
const project = await discoverProject({ start: root, env: {}, tenantId: 'tenant-1', apiUrl: origin, origin });
const service = new FileSyncService({
  project,
  context: quietContext(),
  env: { SYSTEMPROMPT_API_TOKEN: operatorToken },
});
process.stdout.write('ready\n');
for (let turn = 1; turn <= Number(turns); turn += 1) {
  const [from, to, move] =
    turn % 2 === 1 ? ([local, remote, 'push'] as const) : ([remote, local, 'pull'] as const);
  const path = `content/${move}-${name}.md`;
  await writeInOneStep(join(from, path), `${turn}\n`);
  let runs = 0;
  do {
    runs += 1;
    if (runs > 20) throw new Error(`${path} has not arrived by the ${runs}th ${move} of turn ${turn}`);
    await service[move]({}, async () => ({}));
  } while ((await readFile(join(to, path), 'utf8').catch(() => '')) !== `${turn}\n`);
  if ((await readFile(join(from, path), 'utf8')) !== `${turn}\n`) throw new Error(`${path} was taken back`);
}
await service.close();
