import { createAccessArea } from './accessControl/accessArea';
import type { ChangesAreas } from './changes/changesArea';
import { createDatabaseArea } from './database/databaseArea';
import { createFilesArea } from './files/filesArea';
import type { Services } from './services';
import type { Translate } from './translate';

/** The domains that the Changes view shows beside content. Nothing is compared before it is asked for. */
export function createAreas(
  t: Translate,
  needs: Pick<Services, 'tokens' | 'log' | 'filesMemory'>,
): ChangesAreas {
  return {
    accessControl: createAccessArea(t),
    files: createFilesArea(t, needs),
    database: createDatabaseArea(t, needs),
  };
}
