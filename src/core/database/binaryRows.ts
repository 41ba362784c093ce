/**
 * A value in the form in which Postgres sends and takes its type (`typreceive`): texts as they are, other types as the
 * functions below make them; null is SQL null.
 */
export type BinaryValue = string | Uint8Array | null;

const signature = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const trailer = Buffer.from([0xff, 0xff]);
/** A chunk is sent once it holds this much. */
const chunkBytes = 64 * 1024;

/**
 * The bytes of `COPY … FROM STDIN (FORMAT binary)`: the server takes them as they are, and looks for no line ends in them.
 * @param rows values need to last until the next one is asked for; undefined is no row, only a chance to breathe
 * @param breathe called between two rows, and waited for where it gives a promise
 */
export async function* binaryRows(
  rows: Iterable<readonly BinaryValue[] | undefined>,
  breathe: () => Promise<void> | undefined,
): AsyncGenerator<Buffer> {
  yield signature;
  let chunk = Buffer.allocUnsafe(2 * chunkBytes);
  let filled = 0;
  for (const row of rows) {
    const most = row ? mostBytes(row) : 0;
    if (filled > 0 && filled + most > chunk.length) {
      yield chunk.subarray(0, filled);
      // What was given away may not have left the process yet.
      [chunk, filled] = [Buffer.allocUnsafe(Math.max(2 * chunkBytes, most)), 0];
    } else if (most > chunk.length) chunk = Buffer.allocUnsafe(most);
    if (row) filled = writeRow(chunk, filled, row);
    const pause = breathe();
    if (pause) await pause;
  }
  if (filled > 0) yield chunk.subarray(0, filled);
  yield trailer;
}

function mostBytes(row: readonly BinaryValue[]): number {
  let most = 2;
  for (const value of row) most += 4 + (typeof value === 'string' ? 3 * value.length : (value?.length ?? 0));
  return most;
}

/** @returns where the row ends */
function writeRow(chunk: Buffer, start: number, row: readonly BinaryValue[]): number {
  let at = chunk.writeInt16BE(row.length, start);
  for (const value of row) {
    if (value === null) at = chunk.writeInt32BE(-1, at);
    else {
      const length = writeValue(chunk, at + 4, value);
      at = chunk.writeInt32BE(length, at) + length;
    }
  }
  return at;
}

function writeValue(chunk: Buffer, at: number, value: string | Uint8Array): number {
  if (typeof value === 'string') return chunk.write(value, at);
  chunk.set(value, at);
  return value.length;
}

export function binaryBoolean(value: boolean): BinaryValue {
  return value ? '\u0001' : '\u0000';
}

/** A `jsonb`: the version of its format, and its text. */
export function binaryJson(text: string): BinaryValue {
  return `\u0001${text}`;
}

const epochMs = Date.UTC(2000, 0, 1);

/**
 * A `timestamptz`: microseconds since 2000 in UTC.
 * @param text `YYYY-MM-DD`, or `YYYY-MM-DDTHH:MM:SS.ffffff`, in UTC
 */
export function binaryTimestamp(text: string): BinaryValue {
  const [seconds = '', microseconds = '0'] = text.split('.');
  const ms = Date.parse(seconds.length === 10 ? seconds : `${seconds}Z`) - epochMs;
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigInt64BE(BigInt(ms) * 1000n + BigInt(microseconds));
  return bytes;
}
