import { once } from 'node:events';
import { Socket } from 'node:net';
import { Readable, type Stream, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import type { CopyStreamQuery, CopyToStreamQuery } from 'pg-copy-streams';
import { binaryRows, type BinaryValue } from './binaryRows';
import type { Database } from './connection';

type CopyValue = string | null;

const newline = 10;

/**
 * Pipes the rows of a query on one side into a table on the other, untouched and without holding them.
 * @param query what COPY … TO STDOUT gives; @param into table and columns for COPY … FROM STDIN
 * @param onRows called with how many more rows have passed
 * @returns rows written, by the server's word
 */
export async function pipeRows(
  source: Database,
  query: string,
  target: Database,
  into: string,
  onRows: (rows: number) => void,
): Promise<number> {
  return betweenCopies(source, query, target, into, (input, output, reading) =>
    finished(pipeline(input, countLines(onRows), output), [input, output], reading),
  );
}

export interface Tags {
  /** Characters of the last column, the same in every row. */
  readonly tagLength: number;
  /** Called with the last columns of the rows that have passed. */
  readonly onTags: (tags: readonly string[]) => void;
}

/**
 * The same for rows whose last column is for us: it is taken off on the way. Where the target refuses the rows, the source is
 * read to its end all the same, so that both sessions can go on.
 * @returns rows written, by the server's word
 */
export async function pipeTaggedRows(
  source: Database,
  query: string,
  target: Database,
  into: string,
  tags: Tags,
): Promise<number> {
  return betweenCopies(source, query, target, into, async (input, output, reading) => {
    const written = new Promise<void>((resolve, reject) => {
      output.once('finish', resolve).once('error', reject);
    });
    let refused = false;
    written.catch(() => (refused = true));
    const read = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
      for await (const rows of withoutTags(chunks, tags)) {
        if (!refused && !output.write(rows))
          await Promise.race([once(output, 'drain'), written]).catch(() => undefined);
      }
      if (!refused) output.end();
    };
    try {
      await finished(pipeline(input, read), [input], reading);
    } catch (error) {
      // Tells the server that no more rows come: it takes a ROLLBACK only then.
      output.destroy(error instanceof Error ? error : undefined);
      throw error;
    }
    await written;
  });
}

/** @param move brings what `input` gives into `output`, to the end of both */
async function betweenCopies(
  source: Database,
  query: string,
  target: Database,
  into: string,
  move: (input: CopyToStreamQuery, output: CopyStreamQuery, reading: Client) => Promise<void>,
): Promise<number> {
  const { from, to } = await import('pg-copy-streams');
  return source.withClient((reading) =>
    target.withClient(async (writing) => {
      const output = writing.query(from(`COPY ${into} FROM STDIN`));
      const input = reading.query(to(`COPY (${query}) TO STDOUT`));
      await move(input, output, reading);
      return output.rowCount;
    }),
  );
}

async function* withoutTags(
  chunks: AsyncIterable<Buffer>,
  { tagLength, onTags }: Tags,
): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const rows = Buffer.allocUnsafe(bytes.length);
    const tags: string[] = [];
    let [start, length] = [0, 0];
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      tags.push(bytes.toString('latin1', end - tagLength, end));
      length += bytes.copy(rows, length, start, end - tagLength - 1);
      rows[length] = newline;
      length += 1;
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (tags.length === 0) continue;
    onTags(tags);
    yield rows.subarray(0, length);
  }
}

/**
 * Streams the rows of a query as texts, `null` for SQL null, a list of rows at a time; the server waits while a list is being worked on.
 * @throws SyncError database, cancelled
 */
export async function readRows(
  db: Database,
  query: string,
  onRows: (rows: (readonly CopyValue[])[]) => Promise<void> | void,
): Promise<void> {
  const { to } = await import('pg-copy-streams');
  await db.withClient(async (client) => {
    const input = client.query(to(`COPY (${query}) TO STDOUT`));
    let rest: Buffer = Buffer.alloc(0);
    const work = pipeline(input, async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
        const end = bytes.lastIndexOf(newline) + 1;
        rest = bytes.subarray(end);
        if (end > 0)
          await onRows(
            bytes
              .toString('utf8', 0, end - 1)
              .split('\n')
              .map(parseLine),
          );
      }
    });
    await finished(work, [input], client);
  });
}

/** Sends rows of texts into a table; @returns rows written, by the server's word */
export function writeRows(
  target: Database,
  into: string,
  rows: Iterable<readonly CopyValue[]> | AsyncIterable<readonly CopyValue[]>,
): Promise<number> {
  return send(target, `COPY ${into} FROM STDIN`, linesOf(rows));
}

/**
 * The same in Postgres's own format, which costs the server less; each value has to be of its column's type.
 * @param rows and breathe: see `binaryRows`
 */
export function writeBinaryRows(
  target: Database,
  into: string,
  rows: Iterable<readonly BinaryValue[] | undefined>,
  breathe: () => Promise<void> | undefined = () => undefined,
): Promise<number> {
  return send(target, `COPY ${into} FROM STDIN (FORMAT binary)`, binaryRows(rows, breathe));
}

/** So many chunks of rows are made while the server is still being asked to take them. */
const chunksAhead = 16;

async function send(target: Database, copy: string, chunks: AsyncIterable<string | Buffer>): Promise<number> {
  const { from } = await import('pg-copy-streams');
  return target.withStatement(copy, async (client, message) => {
    const output = client.query(from(message));
    const input = Readable.from(chunks, { highWaterMark: chunksAhead });
    await finished(pipeline(input, output), [output]);
    return output.rowCount;
  });
}

/**
 * Waits for a pipeline of COPY streams, and ends it when one of them fails. A stream whose connection is gone never closes, so
 * the first error decides. A session that is still sending rows takes no other statement, a ROLLBACK included: it is cut, and
 * its server rolls back.
 */
async function finished(work: Promise<void>, streams: readonly Stream[], reading?: Client): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      for (const stream of streams) stream.once('error', reject);
      work.then(resolve, reject);
    });
  } catch (error) {
    if (reading) socketOf(reading)?.destroy();
    throw error;
  }
}

/** The driver keeps the socket of a session but does not declare it. */
function socketOf(client: Client): Socket | undefined {
  const { connection } = client as { connection?: { stream?: unknown } };
  return connection?.stream instanceof Socket ? connection.stream : undefined;
}

async function* linesOf(
  rows: Iterable<readonly CopyValue[]> | AsyncIterable<readonly CopyValue[]>,
): AsyncGenerator<string> {
  let lines = '';
  for await (const row of rows) {
    lines += `${row.map(escapeValue).join('\t')}\n`;
    if (lines.length < 64 * 1024) continue;
    yield lines;
    lines = '';
  }
  if (lines !== '') yield lines;
}

/** In COPY's text format every row is one line: what is inside values is escaped. */
function countLines(onRows: (rows: number) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      let lines = 0;
      for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) lines += 1;
      onRows(lines);
      done(null, chunk);
    },
  });
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const unescapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v' };

function escapeValue(value: CopyValue): string {
  return value === null ? '\\N' : value.replace(/[\\\n\r\t]/g, (found) => escapes[found] ?? found);
}

function parseLine(line: string): CopyValue[] {
  return line.split('\t').map((text) => {
    if (text === '\\N') return null;
    return text.includes('\\')
      ? text.replace(/\\(.)/gs, (_, letter: string) => unescapes[letter] ?? letter)
      : text;
  });
}
