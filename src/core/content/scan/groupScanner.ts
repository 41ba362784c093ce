import type { RunContext } from '../../ports';
import type { StateDirectory } from '../../state/stateDirectory';
import { SyncError } from '../../syncError';
import type { SourceGroup } from '../config/contentConfig';
import { SourceScanCache } from './scanCache';
import { scanGroup } from './scanSource';
import type { SourceScan } from './sourceScan';

/** Scans the files of a source: in this thread, or wherever the host wants the work done. */
export type GroupScanner = (group: SourceGroup, context: RunContext) => Promise<SourceScan>;

/** Scans in this thread; what has not changed since the last scan is taken from the cache. */
export function createGroupScanner(state: StateDirectory): GroupScanner {
  const caches = new Map<string, SourceScanCache>();
  return async (group, context) => {
    const kept = caches.get(group.sourceId);
    const cache = kept?.fits(group) ? kept : await SourceScanCache.open(state, group);
    caches.set(group.sourceId, cache);
    cache.startScan(context.now());
    const scan = await scanGroup(group, { projectRoot: state.projectRoot, context, cache });
    try {
      await cache.finishScan();
    } catch (error) {
      if (!SyncError.is(error, 'io')) throw error;
      context.logger.debug(`The scan is not kept for the next time: ${error.message}`);
    }
    return scan;
  };
}
