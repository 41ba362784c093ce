import type { Header } from 'tar/header';

import type { ArchiveLimits } from './archiveLimits';
import { unsafeArchive } from './archiveRule';
import { createPathRegistry } from './pathRegistry';
import { parsePaxRecords } from './paxRecords';
import { pathProblem } from './plainPath';
import { readTarHeader } from './tarHeader';
import type { TarHeader } from './tarHeader';

const blockBytes = 512;
const maxExtendedHeaderBytes = 64 * 1024;

export interface ArchiveEntry {
  /** Relative, with `/`, checked: every platform can hold it, and no other entry has it or a twin of it. */
  readonly path: string;
  readonly kind: 'file' | 'directory';
  readonly size: number;
  readonly executable: boolean;
}

/**
 * Is told of each entry as it goes by. Synchronous on purpose: five thousand small files are not worth five thousand
 * promises. What a callback throws ends the reading.
 */
export interface ArchiveVisitor {
  begin(entry: ArchiveEntry): void;
  data(chunk: Uint8Array): void;
  end(): void;
}

export interface TarParser {
  push(chunk: Buffer): void;
  /** Called after the last chunk: throws when the archive did not end properly. Returns the number of entries. */
  finish(): number;
}

/**
 * Takes a tar stream apart under limits. Every rule is checked at the header, before the visitor hears of the entry.
 */
export function createTarParser(
  Codec: typeof Header,
  limits: ArchiveLimits,
  visitor: ArchiveVisitor,
): TarParser {
  const registry = createPathRegistry();
  let state: 'header' | 'body' | 'extension' | 'padding' | 'secondEnd' | 'ended' = 'header';
  let held = Buffer.alloc(0);
  let remaining = 0;
  let padding = 0;
  let entries = 0;
  let declaredBytes = 0;
  let extension: { kind: 'longPath' | 'pax'; parts: Buffer[] } | undefined;
  let override: { path?: string; size?: number; from: 'longPath' | 'pax' } | undefined;

  const takeHeader = (block: Buffer): void => {
    const header = readTarHeader(block, Codec);
    if (header.kind === 'end') {
      if (override !== undefined) throw unsafeArchive('extendedHeader', 'an extended header has no entry');
      state = 'secondEnd';
    } else if (header.kind === 'longPath' || header.kind === 'pax') {
      beginExtension(header.kind, header.size);
    } else {
      beginEntry(header, header.kind);
    }
  };

  const beginExtension = (kind: 'longPath' | 'pax', size: number): void => {
    if (override !== undefined) {
      throw unsafeArchive('extendedHeader', 'an entry has more than one extended header');
    }
    if (size === 0 || size > maxExtendedHeaderBytes) {
      throw unsafeArchive('extendedHeader', 'an extended header is empty or too long');
    }
    extension = { kind, parts: [] };
    beginContent('extension', size);
  };

  const endExtension = (): void => {
    if (extension === undefined) return;
    const body = Buffer.concat(extension.parts);
    override =
      extension.kind === 'pax'
        ? { ...parsePaxRecords(body), from: 'pax' }
        : { path: longPath(body), from: 'longPath' };
    extension = undefined;
  };

  const beginEntry = (header: TarHeader, kind: 'file' | 'directory'): void => {
    entries += 1;
    if (entries > limits.maxEntries) {
      throw unsafeArchive('entryCount', `it holds more than ${limits.maxEntries} entries`);
    }
    const raw = override?.path ?? header.path;
    if (override?.size !== undefined && override.size !== header.size) {
      throw unsafeArchive('extendedHeader', 'an extended header contradicts the size of its entry', raw);
    }
    override = undefined;
    const path = entryPath(raw, kind);
    declaredBytes += header.size;
    if (header.size > limits.maxEntryBytes) {
      throw unsafeArchive('entrySize', `a file is larger than ${limits.maxEntryBytes} bytes`, raw);
    }
    if (declaredBytes > limits.maxTotalBytes) {
      throw unsafeArchive('totalSize', `it unpacks to more than ${limits.maxTotalBytes} bytes`, raw);
    }
    // `tar -C dir .` begins with an entry for the directory itself: it has no name here and asks for nothing.
    if (kind === 'directory' && path === '') return;
    const problem = pathProblem(path, limits) ?? registry.claim(path, kind);
    if (problem !== undefined) throw unsafeArchive(problem.rule, problem.reason, raw);
    visitor.begin({ path, kind, size: header.size, executable: header.executable });
    if (header.size === 0) visitor.end();
    else beginContent('body', header.size);
  };

  const beginContent = (kind: 'body' | 'extension', size: number): void => {
    state = kind;
    remaining = size;
    padding = (blockBytes - (size % blockBytes)) % blockBytes;
  };

  const takeContent = (chunk: Buffer): number => {
    const part = chunk.length > remaining ? chunk.subarray(0, remaining) : chunk;
    remaining -= part.length;
    // The extension is kept across chunks, the chunk's memory may be used again: copy.
    if (state === 'extension') extension?.parts.push(Buffer.from(part));
    else visitor.data(part);
    if (remaining === 0) {
      if (state === 'extension') endExtension();
      else visitor.end();
      state = padding > 0 ? 'padding' : 'header';
    }
    return part.length;
  };

  const takeBlock = (block: Buffer): void => {
    if (state === 'header') return takeHeader(block);
    if (!isZero(block)) {
      throw unsafeArchive('trailingData', 'something follows the end of the archive');
    }
    state = 'ended';
  };

  /** Consumes what it can of the chunk and says how much; 0 when a block is not complete yet. */
  const step = (chunk: Buffer): number => {
    if (state === 'body' || state === 'extension') return takeContent(chunk);
    if (state === 'padding') {
      const skipped = Math.min(padding, chunk.length);
      padding -= skipped;
      if (padding === 0) state = 'header';
      return skipped;
    }
    if (chunk.length < blockBytes) return 0;
    takeBlock(chunk.subarray(0, blockBytes));
    return blockBytes;
  };

  return {
    push(chunk) {
      let rest = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      while (rest.length > 0) {
        const used = step(rest);
        if (used === 0) break;
        rest = rest.subarray(used);
      }
      // Less than a block: copied, so that a large chunk is not kept alive for its last bytes.
      held = Buffer.from(rest);
    },
    finish() {
      if (held.length > 0 && state === 'ended') {
        throw unsafeArchive('trailingData', 'something follows the end of the archive');
      }
      if (state !== 'ended' || held.length > 0) throw unsafeArchive('truncated', 'the archive ends early');
      return entries;
    },
  };
}

function entryPath(raw: string, kind: 'file' | 'directory'): string {
  const path = raw.startsWith('./') ? raw.slice(2) : raw;
  if (kind === 'file') return path;
  return path === '.' ? '' : path.replace(/\/$/u, '');
}

function longPath(body: Buffer): string {
  const text = body.toString('utf8');
  return text.endsWith('\0') ? text.slice(0, -1) : text;
}

function isZero(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}
