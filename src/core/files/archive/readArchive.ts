import { SyncError } from '../../syncError';
import { defaultArchiveLimits } from './archiveLimits';
import type { ArchiveLimits } from './archiveLimits';
import { gunzipMember } from './gunzipMember';
import { createTarParser } from './tarParser';
import type { ArchiveVisitor } from './tarParser';

export interface ReadArchiveOptions {
  readonly limits?: ArchiveLimits;
  readonly signal?: AbortSignal | undefined;
}

export interface ArchiveSummary {
  readonly entries: number;
  /** Of the unpacked tar stream. */
  readonly bytes: number;
}

/**
 * Reads a gzip'd tar (the one wire format, design.md) from a stream that nobody vouches for, and shows each entry to
 * the visitor. Memory does not grow with the archive. An archive that breaks a rule is refused at the entry that
 * breaks it; the visitor has seen the ones before it, so it must not act before this function has returned.
 *
 * @param source the packed bytes; its own errors pass through. See gunzipMember about leaving it early
 * @throws SyncError tarballUnsafe (details: `rule`, `path`), cancelled
 */
export async function readArchive(
  source: AsyncIterable<Uint8Array>,
  visitor: ArchiveVisitor,
  options: ReadArchiveOptions = {},
): Promise<ArchiveSummary> {
  const limits = options.limits ?? defaultArchiveLimits;
  const { Header } = await import('tar/header');
  const parser = createTarParser(Header, limits, visitor);
  let bytes = 0;
  for await (const chunk of gunzipMember(source, limits)) {
    SyncError.throwIfAborted(options.signal);
    bytes += chunk.length;
    parser.push(chunk);
  }
  SyncError.throwIfAborted(options.signal);
  return { entries: parser.finish(), bytes };
}
