/** What the length of a stored block can say. */
const maxStoredBytes = 0xffff;
/** A byte that says "stored, and not the last", the length, and the length again with its bits turned. */
const headerBytes = 5;

/**
 * Bytes as deflate data that is not compressed, with an empty block at its end, as zlib gives them at level 0 with a sync flush
 * (RFC 1951, 3.2.4). By hand it takes no more memory than what comes out; zlib sets up as much as for compressing.
 */
export function storedDeflate(data: Uint8Array): Buffer {
  const blocks = Math.ceil(data.length / maxStoredBytes) + 1;
  const out = Buffer.allocUnsafe(data.length + blocks * headerBytes);
  let written = 0;
  for (let start = 0, block = 0; block < blocks; block += 1) {
    const piece = data.subarray(start, start + maxStoredBytes);
    out[written] = 0;
    out.writeUInt16LE(piece.length, written + 1);
    out.writeUInt16LE(piece.length ^ 0xffff, written + 3);
    out.set(piece, written + headerBytes);
    written += headerBytes + piece.length;
    start += piece.length;
  }
  return out;
}
