import { DatabaseSyncService } from '../../../../../src/core/database/sync/databaseSyncService';
import { quietContext } from '../../../../../src/core/ports';
import { discoverProject } from '../../../../../src/core/project/discoverProject';

/** Pushes once, and prints what was done and how much memory it took. */
const [start = '', databaseUrl = '', cloudDatabaseUrl = ''] = process.argv.slice(2);
const project = await discoverProject({ start, env: {}, databaseUrl, cloudDatabaseUrl });
const service = new DatabaseSyncService({ project, context: quietContext() });
const result = await service.apply(await service.plan({ direction: 'push', conflict: 'source' }));
const unchanged = result.details && result.details.users.unchanged + result.details.contexts.unchanged;
const maxRssMb = process.resourceUsage().maxRSS / 1000;
process.stdout.write(JSON.stringify({ synced: result.items_synced, unchanged, maxRssMb }));
