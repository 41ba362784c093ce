import { createHash } from 'node:crypto';

import type { ServiceFile } from './servicesTree';

/** The served files at one moment. */
export interface Snapshot {
  readonly files: readonly ServiceFile[];
  /** SHA-256 over the files' hex checksums, concatenated in list order (cloud.md 1.6). */
  readonly checksum: string;
  /** When this state was first seen; RFC 3339, UTC. */
  readonly timestamp: string;
}

export function snapshotOf<File extends { readonly checksum: string }>(
  files: readonly File[],
  timestamp: string,
): { files: readonly File[]; checksum: string; timestamp: string } {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file.checksum);
  return { files, checksum: hash.digest('hex'), timestamp };
}

/** The part of a snapshot below the given top-level directories; undefined means all of it. */
export function filterSnapshot(snapshot: Snapshot, filter: ReadonlySet<string> | undefined): Snapshot {
  if (filter === undefined) return snapshot;
  const files = snapshot.files.filter((file) => filter.has(file.path.split('/', 1)[0] ?? ''));
  return snapshotOf(files, snapshot.timestamp);
}

/** Names the content of a snapshot exactly, unlike its checksum, which does not cover paths. */
export function snapshotKey(snapshot: Snapshot): string {
  const hash = createHash('sha256');
  for (const file of snapshot.files) hash.update(`${file.checksum} ${file.executable} ${file.path}\n`);
  return hash.digest('hex');
}

/** Paths that were added, changed or removed between two states, sorted. */
export function movedPaths(before: readonly ServiceFile[], after: readonly ServiceFile[]): readonly string[] {
  const old = new Map(before.map((file) => [file.path, file.checksum]));
  const moved: string[] = [];
  for (const file of after) {
    if (old.get(file.path) !== file.checksum) moved.push(file.path);
    old.delete(file.path);
  }
  return [...moved, ...old.keys()].sort();
}
