import { closeSync, openSync } from 'node:fs';
import { writeWhole } from '../../disk/writeWhole';

/**
 * Copies what passes by into a file, up to a number of bytes. It never disturbs what it copies: a failure of its own is only
 * remembered. Written at once: a copy of what came through the network costs less than handing it to the thread pool.
 */
export class PassingCopy {
  #failure: unknown;
  #isWhole = false;

  /** @param file private to the user; replaced when something passes by once more */
  constructor(
    readonly file: string,
    private readonly maxBytes: number,
  ) {}

  /** Why there is no copy. */
  get failure(): unknown {
    return this.#failure;
  }

  /** True when everything has passed by. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  async *through(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    this.#isWhole = false;
    this.#failure = undefined;
    let left = this.maxBytes;
    const descriptor = this.#attempt(() => openSync(this.file, 'w', 0o600));
    try {
      for await (const chunk of source) {
        const part = chunk.subarray(0, left);
        left -= part.length;
        if (descriptor !== undefined) this.#attempt(() => writeWhole(descriptor, part));
        yield chunk;
      }
      this.#isWhole = true;
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  }

  #attempt<T>(call: () => T): T | undefined {
    if (this.#failure !== undefined) return undefined;
    try {
      return call();
    } catch (error) {
      this.#failure = error;
      return undefined;
    }
  }
}
