import { writeSync } from 'node:fs';

/** Writes all of the bytes at the descriptor's position: one call may take fewer. Throws Node.js' own errors. */
export function writeWhole(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) {
    written += writeSync(descriptor, bytes, written, bytes.length - written);
  }
}
