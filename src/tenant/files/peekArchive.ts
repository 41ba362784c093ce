import { readArchive } from '../../core/files/archive/readArchive';

export interface ManifestFile {
  readonly path: string;
  readonly checksum: string;
  readonly size: number;
}

/** Entries of an archive with their sizes and without checksums: what a dry run of the 0.12 server knows. */
export async function peekArchive(archive: AsyncIterable<Uint8Array>): Promise<readonly ManifestFile[]> {
  const files: ManifestFile[] = [];
  await readArchive(archive, {
    begin: ({ path, size }) => void files.push({ path, checksum: '', size }),
    data: () => undefined,
    end: () => undefined,
  });
  return files;
}
