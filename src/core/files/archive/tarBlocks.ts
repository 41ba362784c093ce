import { readSync } from 'node:fs';
import { looksCompressible } from './looksCompressible';

export interface TarBlock {
  readonly bytes: Buffer;
  /** What compresses and what does not, in turns; covers the block. */
  readonly runs: readonly TarRun[];
  /** Its bytes are needed no longer: they become those of a later block. */
  release?(): void;
}

export interface TarRun {
  /** Where it ends in the block; it begins where the run before it ends. */
  readonly end: number;
  readonly isCompressible: boolean;
}

/** Big enough that a block's own start costs nothing, small enough that every core has work and memory stays small. */
const blockBytes = 768 * 1024;
/** Of a file a segment is compressed or stored: images and fonts cost the most, gain nothing, and lie between texts. */
const segmentBytes = 32 * 1024;
/** Smaller files are not worth a run of their own. */
const minJudgedBytes = 16 * 1024;

/** Cuts a stream into blocks of equal size. A full block has to be taken before more is given. */
export class TarBlocks {
  /** Each block anew would be garbage faster than it is collected. */
  private readonly spare: Buffer[] = [];
  private bytes: Buffer = Buffer.allocUnsafe(blockBytes);
  private filled = 0;
  private runs: TarRun[] = [];

  get room(): number {
    return blockBytes - this.filled;
  }

  get isFull(): boolean {
    return this.room === 0;
  }

  *append(data: Uint8Array): Generator<TarBlock> {
    for (let offset = 0; offset < data.length;) {
      if (this.isFull) yield this.take();
      const piece = data.subarray(offset, offset + this.room);
      this.bytes.set(piece, this.filled);
      this.filled += piece.length;
      offset += piece.length;
    }
  }

  /**
   * Reads what comes next in a file, without copying it.
   * @returns what was read; empty at the end of the file
   */
  read(descriptor: number, most: number): Buffer {
    const start = this.filled;
    this.filled += readSync(descriptor, this.bytes, start, most, null);
    if (this.filled - start >= minJudgedBytes) this.judge(start);
    return this.bytes.subarray(start, this.filled);
  }

  /** All that was given since the last block. */
  take(): TarBlock {
    this.endRun(this.filled, true);
    const { bytes, runs } = this;
    const block = {
      bytes: bytes.subarray(0, this.filled),
      runs,
      release: () => void this.spare.push(bytes),
    };
    this.bytes = this.spare.pop() ?? Buffer.allocUnsafe(blockBytes);
    this.filled = 0;
    this.runs = [];
    return block;
  }

  private judge(from: number): void {
    for (let start = from; start < this.filled; start += segmentBytes) {
      const end = Math.min(start + segmentBytes, this.filled);
      if (looksCompressible(this.bytes.subarray(start, end))) continue;
      this.endRun(start, true);
      this.endRun(end, false);
    }
  }

  private endRun(end: number, isCompressible: boolean): void {
    const last = this.runs.at(-1);
    if (end === (last?.end ?? 0)) return;
    if (last?.isCompressible === isCompressible) this.runs.pop();
    this.runs.push({ end, isCompressible });
  }
}
