import { ContentLocalSync } from '../../../../src/core/content/contentLocalSync';
import { quietContext } from '../../../../src/core/ports';
import { discoverProject } from '../../../../src/core/project/discoverProject';
import { dieAtCall } from '../../../support/dieAtCall';

/** Plans, and dies at one call to the file system while the plan is applied; ends with 0 when it got through before. */
const [root = '', databaseUrl = '', direction = '', moment = '', at = ''] = process.argv.slice(2);
const death = await dieAtCall(moment === 'half' ? 'half' : 'after');
const project = await discoverProject({ start: root, env: {}, databaseUrl });
const sync = new ContentLocalSync(project, quietContext());
const plan = sync.plan(await sync.diff(), {
  direction: direction === 'to-db' ? 'to-db' : 'to-disk',
  deleteOrphans: true,
});
death.arm(Number(at));
await sync.apply(plan);
death.arm(Infinity);
