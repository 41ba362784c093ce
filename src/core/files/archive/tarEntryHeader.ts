import { Header } from 'tar/header';
import { Pax } from 'tar/pax';
import type { ArchiveSource } from './archiveSource';

/** Of tar: a header is as long, and a content is filled up to a multiple of it. */
export const tarUnitBytes = 512;

/** Encoded anew for each file: making one takes longer than encoding it. */
const header = new Header({ uid: 0, gid: 0, mtime: new Date(0), type: 'File' });

/**
 * The header of a file: no time, no owner, one of two modes. Long and non-ASCII names use pax records (readable by the
 * reference as well, cloud.md 1.6).
 */
export function tarEntryHeader({
  path,
  size,
  executable,
}: Pick<ArchiveSource, 'path' | 'size' | 'executable'>): Buffer {
  Object.assign(header, { path, size, mode: executable === true ? 0o755 : 0o644 });
  const block = Buffer.alloc(tarUnitBytes);
  if (!header.encode(block)) return block;
  return Buffer.concat([new Pax({ path }).encode(), block]);
}
