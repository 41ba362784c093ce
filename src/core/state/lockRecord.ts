import * as z from 'zod/mini';
import { processLiveness, type ProcessIdentity } from './processIdentity';

const schema = z.object({
  format: z.literal(1),
  generation: z.int(),
  pid: z.int(),
  host: z.string(),
  machine: z.string(),
  startedAt: z.nullable(z.number()),
  owner: z.string(),
  /** Milliseconds since the epoch, like `heartbeatAt`. */
  acquiredAt: z.number(),
  heartbeatAt: z.number(),
  released: z.boolean(),
});

/** What a lock file says about its holder. */
export type LockRecord = Readonly<z.output<typeof schema>>;

/** For people: `CLI content to-db (process 4711 on laptop)`. */
export function describeHolder({ owner, pid, host }: LockRecord): string {
  return `${owner} (process ${pid} on ${host})`;
}

export const heartbeatMs = 5_000;
/** A holder on another machine that has been silent this long is gone. */
const silentElsewhereMs = 2 * 60_000;
/** A process of the holder's id runs here, but may be another one: then silence decides, with patience. */
const silentHereMs = 10 * 60_000;
/** Written in one go, so a lock file that cannot be read for this long is the leaving of a crash. */
const tornMs = 10_000;

// Rewritten in place, with the same length: a lock file that was deleted meanwhile does not come back by that.
const fileLength = 4096;

export function encodeLockRecord(record: LockRecord): Uint8Array {
  const text = Buffer.from(JSON.stringify(record));
  const padding = Math.max(0, fileLength - text.length - 1);
  return Buffer.concat([text, Buffer.alloc(padding, ' '), Buffer.from('\n')]);
}

/** `free` may be taken over, `held` has to be waited for; the record is absent when the file cannot be understood. */
export type LockState =
  { readonly kind: 'free' } | { readonly kind: 'held'; readonly record: LockRecord | undefined };

/**
 * @param bytes what the highest lock file holds
 * @param fileAgeMs how long ago it was written, by the file system's own clock
 * @param now this machine's clock
 */
export async function judgeLock(
  bytes: Uint8Array,
  fileAgeMs: number,
  now: number,
  self: ProcessIdentity,
): Promise<LockState> {
  const parsed = parseLock(bytes);
  if (parsed === 'torn') return fileAgeMs > tornMs ? { kind: 'free' } : { kind: 'held', record: undefined };
  if (parsed === 'unknownFormat')
    return fileAgeMs > silentHereMs ? { kind: 'free' } : { kind: 'held', record: undefined };
  if (parsed.released || (await isAbandoned(parsed, silenceOf(parsed, fileAgeMs, now), self)))
    return { kind: 'free' };
  return { kind: 'held', record: parsed };
}

async function isAbandoned(record: LockRecord, silenceMs: number, self: ProcessIdentity): Promise<boolean> {
  if (record.machine !== self.machine) return silenceMs > silentElsewhereMs;
  const liveness = await processLiveness(record.pid, record.startedAt);
  return liveness === 'dead' || (liveness === 'unknown' && silenceMs > silentHereMs);
}

/** The clocks of two machines can differ by more than any limit: whichever account makes the holder younger counts. */
function silenceOf({ heartbeatAt }: LockRecord, fileAgeMs: number, now: number): number {
  const saidMs = now - heartbeatAt;
  return saidMs < 0 ? fileAgeMs : Math.min(saidMs, fileAgeMs);
}

function parseLock(bytes: Uint8Array): LockRecord | 'torn' | 'unknownFormat' {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return 'torn';
  }
  const record = z.safeParse(schema, value);
  return record.success ? record.data : 'unknownFormat';
}
