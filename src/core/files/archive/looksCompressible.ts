/** Of a segment; a header or a text that begins within it must not be missed. */
const samples = 4;
const sampleBytes = 512;
/**
 * What chi-square of a sample's byte values stays below when all of them are equally likely: it is 255 on average then, with a
 * deviation of 23. Text is in the thousands.
 */
const randomBelow = 400;

const counts = new Uint16Array(256);

/** False for bytes that look random in each of a few samples: deflating them takes longest, and saves nothing. */
export function looksCompressible(bytes: Uint8Array): boolean {
  if (bytes.length < samples * sampleBytes) return true;
  for (let sample = 0; sample < samples; sample += 1) {
    const start = Math.floor(((bytes.length - sampleBytes) * sample) / (samples - 1));
    if (chiSquare(bytes, start) >= randomBelow) return true;
  }
  return false;
}

function chiSquare(bytes: Uint8Array, start: number): number {
  counts.fill(0);
  for (let index = start; index < start + sampleBytes; index += 1) {
    const byte = bytes[index] ?? 0;
    counts[byte] = (counts[byte] ?? 0) + 1;
  }
  let squares = 0;
  for (const count of counts) squares += count * count;
  return (squares * counts.length) / sampleBytes - sampleBytes;
}
