import { randomUUID } from 'node:crypto';
import {
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writevSync,
} from 'node:fs';
import * as z from 'zod/mini';
import { sha256 } from '../digest';
import { ioError } from '../state/ioReason';
import type { StateDirectory } from '../state/stateDirectory';
import { errnoOf, type SyncError } from '../syncError';

/** Of all packs together. */
export const maxAgreedBytes = 64 * 1024 * 1024;
/** What is held in memory before it is written; also what is dropped at once, when there is too much. */
const packBytes = 4 * 1024 * 1024;
const maxPacks = 1_000;

const indexSchema = z.array(z.tuple([z.string(), z.int().check(z.nonnegative())]));
/** Digest and length of each content, in their order. */
type PackIndex = z.output<typeof indexSchema>;
/** Digits of the number of bytes of the index, which a pack begins with. */
const headLength = 8;
const maxIndexBytes = 8 * 1024 * 1024;

/**
 * Contents by digest, many in one file: a file for each would cost as much as the pull that brings them. A pack is the length
 * of its index, the index as JSON, then the contents. Nobody reads one before it is finished: it has another name until then.
 */
export class AgreedPacks {
  readonly #state: StateDirectory;
  #held: { readonly digest: string; readonly size: number; readonly pieces: readonly Uint8Array[] }[] = [];
  #heldBytes = 0;
  readonly #unfinished: string[] = [];

  constructor(state: StateDirectory) {
    this.#state = state;
  }

  /** Has to be called before anything is added. @throws SyncError `io` */
  async begin(): Promise<void> {
    await this.#state.ensure(...folder);
  }

  /** @param pieces of the content; held for a while, and must not change. @throws SyncError `io` */
  add(digest: string, pieces: readonly Uint8Array[]): void {
    const size = pieces.reduce((sum, { length }) => sum + length, 0);
    this.#held.push({ digest, size, pieces });
    this.#heldBytes += size;
    if (this.#heldBytes >= packBytes) this.#writePack();
  }

  /** Makes what was added readable, and removes the oldest packs beyond the limit. @throws SyncError `io` */
  finish(): void {
    if (this.#held.length > 0) this.#writePack();
    if (this.#unfinished.length === 0) return;
    try {
      for (const pack of this.#unfinished.splice(0)) renameSync(`${pack}${partSuffix}`, pack);
    } catch (error) {
      throw notKept(error);
    }
    this.#prune();
  }

  /** Removes what was added. @throws SyncError `io` */
  discard(): void {
    this.#held = [];
    try {
      for (const pack of this.#unfinished.splice(0)) rmSync(`${pack}${partSuffix}`, { force: true });
    } catch (error) {
      throw ioError('Could not remove contents that are not needed', error);
    }
  }

  /** The content, verified; undefined when it is not there. @throws SyncError `io` */
  read(digest: string): Buffer | undefined {
    for (const name of this.#names().reverse()) {
      const bytes = readFromPack(this.#state.path(...folder, name), digest);
      if (bytes !== undefined && sha256(bytes) === digest) return bytes;
    }
    return undefined;
  }

  #writePack(): void {
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    const index: PackIndex = held.map(({ digest, size }) => [digest, size]);
    const json = Buffer.from(JSON.stringify(index));
    const head = Buffer.from(String(json.length).padStart(headLength, '0'));
    // By time: the newest is the last of the list.
    const name = `${String(Date.now()).padStart(15, '0')}-${randomUUID()}${packSuffix}`;
    const pack = this.#state.path(...folder, name);
    this.#unfinished.push(pack);
    try {
      const file = openSync(`${pack}${partSuffix}`, 'wx', 0o600);
      try {
        writeAll(file, [head, json, ...held.flatMap(({ pieces }) => pieces)]);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      throw notKept(error);
    }
  }

  #names(): string[] {
    try {
      return readdirSync(this.#state.path(...folder))
        .filter((name) => name.endsWith(packSuffix))
        .sort();
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return [];
      throw ioError('Could not list the kept contents', error);
    }
  }

  #prune(): void {
    try {
      // What a killed run has left; only the holder of the lock writes here.
      const all = readdirSync(this.#state.path(...folder))
        .sort()
        .reverse();
      let bytes = 0;
      for (const [index, name] of all.entries()) {
        const path = this.#state.path(...folder, name);
        bytes += lstatSync(path).size;
        if (!name.endsWith(packSuffix) || bytes > maxAgreedBytes + packBytes || index >= maxPacks)
          rmSync(path, { recursive: true, force: true });
      }
    } catch (error) {
      throw ioError('Could not remove old contents', error);
    }
  }
}

const folder = ['cache', 'agreed'] as const;
const packSuffix = '.pack';
const partSuffix = '.part';

function notKept(error: unknown): SyncError {
  return ioError('Could not keep the contents that both sides agree on', error);
}

/** The system takes at most 1,024 pieces in one call. */
const maxPieces = 1_024;

function writeAll(file: number, pieces: readonly Uint8Array[]): void {
  for (let start = 0; start < pieces.length; start += maxPieces) {
    const some = pieces.slice(start, start + maxPieces);
    const expected = some.reduce((sum, { length }) => sum + length, 0);
    if (writevSync(file, some) !== expected)
      throw Object.assign(new Error('Short write'), { code: 'ENOSPC' });
  }
}

/** Undefined also for a pack that cannot be understood: it is a cache. */
function readFromPack(path: string, digest: string): Buffer | undefined {
  const file = openSync(path, 'r');
  try {
    const length = Number(readAt(file, 0, headLength).toString('latin1'));
    if (!Number.isSafeInteger(length) || length > maxIndexBytes) return undefined;
    let offset = headLength + length;
    for (const [found, size] of z.parse(
      indexSchema,
      JSON.parse(readAt(file, headLength, length).toString()),
    )) {
      if (found === digest && size <= maxAgreedBytes) return readAt(file, offset, size);
      offset += size;
    }
    return undefined;
  } catch (error) {
    if (errnoOf(error) !== undefined) throw ioError('Could not read the kept contents', error);
    return undefined;
  } finally {
    closeSync(file);
  }
}

/** Fewer bytes where the file ends before. */
function readAt(file: number, offset: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(file, buffer, 0, length, offset));
}
