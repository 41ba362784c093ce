import { AgreedArchives } from './agreedArchives';
import { openContentCache } from './contentCache';
import { readLocalFile } from './readLocalFile';
import { readRemoteFile, type ReadRemoteFileInput } from './readRemoteFile';

/** The contents that a three-way merge is made of; undefined where there is none. */
export interface FileVersions {
  readonly local: Buffer | undefined;
  readonly remote: Buffer | undefined;
  /** What both sides last agreed on. */
  readonly base: Buffer | undefined;
}

/**
 * The base is there when the file was pushed or pulled and is not large (agreedArchives.ts), and not yet displaced by others;
 * a file that was equal from the start has none. Without it a merge has two sides only.
 *
 * @throws SyncError `io`, `tarballUnsafe`, and what the client throws
 */
export async function readVersions(input: ReadRemoteFileInput, servicesDir: string): Promise<FileVersions> {
  const { diff, path, state } = input;
  const digest = diff.differences.find((item) => item.path === path)?.base;
  const [local, remote, base] = await Promise.all([
    readLocalFile(state.fileSystem, servicesDir, path),
    readRemoteFile(input),
    digest === undefined ? undefined : readAgreed(input, digest),
  ]);
  return { local, remote, base };
}

/** A pull that found its content in the cache of downloads has left it there. */
async function readAgreed(
  { state, context, path }: ReadRemoteFileInput,
  digest: string,
): Promise<Buffer | undefined> {
  return (
    (await new AgreedArchives(state, context).read(path, digest)) ?? openContentCache(state).read(digest)
  );
}
