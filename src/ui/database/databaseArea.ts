import type { DatabaseComparison } from '../../core/database/sync/databaseComparison';
import type { ChangesArea } from '../changes/changesArea';
import type { FoundProject } from '../project/foundProject';
import type { Services } from '../services';
import type { Translate } from '../translate';
import { countDatabase, databaseNodes, isDatabaseNode } from './databaseNodes';
import { databaseRow } from './databaseText';
import { openDatabaseSync } from './openDatabaseSync';

/**
 * Users and contexts of the project's own database and the tenant's. Both tables are read whole on both sides, so that is done
 * when somebody asks for it, and again with every refresh from then on.
 */
export function createDatabaseArea(
  t: Translate,
  needs: Pick<Services, 'tokens' | 'log'>,
): ChangesArea<DatabaseComparison> {
  return {
    title: () => t('Database'),
    unasked: (found) => (hasBothDatabases(found) ? 'wait' : 'unused'),
    async compare(found, context) {
      if (!hasBothDatabases(found)) return undefined;
      const service = await openDatabaseSync(needs, found.project, context);
      return {
        push: await service.plan({ direction: 'push' }),
        pull: await service.plan({ direction: 'pull' }),
      };
    },
    nodes: databaseNodes,
    counts: countDatabase,
    row(node) {
      if (!isDatabaseNode(node)) throw new RangeError(`${node.id} is no row of the database`);
      return databaseRow(t, node);
    },
    watched: () => [],
  };
}

/** Of the cloud's, a tenant is enough: its address is asked for. */
export function hasBothDatabases({ project }: Pick<FoundProject, 'project'>): boolean {
  const { database, cloudDatabase, tenant } = project;
  return database !== undefined && (cloudDatabase !== undefined || tenant.id !== undefined);
}
