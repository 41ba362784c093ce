import { createHash, type Hash } from 'node:crypto';
import { sha256 } from '../digest';
import { readArchive } from '../files/archive/readArchive';
import type { FileManifest, ManifestFile } from './apiModels';

/**
 * The manifest of an archive, for servers that relay files but no manifest (cloud.md 1.3): the same digests, at the
 * price of a download. Memory does not grow with the archive.
 *
 * @throws SyncError `tarballUnsafe`, and what the bytes' own stream throws
 */
export async function manifestFromArchive(
  archive: AsyncIterable<Uint8Array>,
  nowMs: number,
  signal: AbortSignal | undefined,
): Promise<FileManifest> {
  const files: ManifestFile[] = [];
  let open: { readonly path: string; readonly size: number; readonly hash: Hash } | undefined;
  const visitor = {
    begin: ({ kind, path, size }: { kind: string; path: string; size: number }) => {
      open = kind === 'file' ? { path, size, hash: createHash('sha256') } : undefined;
    },
    data: (chunk: Uint8Array) => void open?.hash.update(chunk),
    end: () => {
      if (open) files.push({ path: open.path, size: open.size, checksum: open.hash.digest('hex') });
      open = undefined;
    },
  };
  await readArchive(archive, visitor, { signal });
  return {
    files,
    checksum: sha256(files.map((file) => file.checksum).join('')),
    timestamp: new Date(nowMs).toISOString(),
    directories: undefined,
    maxBodyBytes: undefined,
    conditional: false,
    source: 'archive',
  };
}
