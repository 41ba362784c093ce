import { createReadStream, createWriteStream, openSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { writeArchive } from '../../core/files/archive/writeArchive';
import { createExclusive } from './exclusive';
import type { Snapshot } from './snapshot';
import { snapshotKey } from './snapshot';

export interface SpooledArchive {
  readonly size: number;
  readonly stream: Readable;
}

export interface ArchiveSpool {
  /** The archive of a snapshot when it was packed before. */
  find(snapshot: Snapshot): SpooledArchive | undefined;
  /** Packs a snapshot. The caller sees to it that the files do not change meanwhile. */
  pack(snapshot: Snapshot): Promise<SpooledArchive>;
}

const keptArchives = 4;

/**
 * Archives on disk, by content. A slow reader so holds up no upload, sees one state from the first byte to the last,
 * and a thousand readers of one state cost one packing. An archive that is dropped while it is being sent is still
 * sent to its end, since its file is open.
 */
export function createArchiveSpool(servicesDir: string, directory: string): ArchiveSpool {
  const sizes = new Map<string, number>();
  const exclusive = createExclusive();

  const find = (key: string): SpooledArchive | undefined => {
    const size = sizes.get(key);
    if (size === undefined) return undefined;
    sizes.delete(key);
    sizes.set(key, size);
    // Opened in this very step: a moment later the file may have been dropped.
    const path = join(directory, key);
    return { size, stream: createReadStream(path, { fd: openSync(path, 'r') }) };
  };

  const pack = async (snapshot: Snapshot, key: string): Promise<void> => {
    const sources = snapshot.files.map(({ path, size, executable }) => ({
      path,
      size,
      executable,
      content: { file: join(servicesDir, ...path.split('/')) },
    }));
    const path = join(directory, key);
    await pipeline(writeArchive(sources), createWriteStream(`${path}.new`, { mode: 0o600 }));
    const { size } = await stat(`${path}.new`);
    await rename(`${path}.new`, path);
    sizes.set(key, size);
  };

  const dropOld = async (): Promise<void> => {
    for (const key of [...sizes.keys()].slice(0, -keptArchives)) {
      sizes.delete(key);
      await rm(join(directory, key), { force: true });
    }
  };

  return {
    find: (snapshot) => find(snapshotKey(snapshot)),
    async pack(snapshot) {
      const key = snapshotKey(snapshot);
      return exclusive(async () => {
        if (!sizes.has(key)) await pack(snapshot, key);
        const archive = find(key);
        await dropOld();
        if (archive === undefined) throw new Error('the archive was dropped while it was packed');
        return archive;
      });
    },
  };
}
