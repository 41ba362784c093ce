import { sha256 } from '../../digest';
import { bucketCount } from './rowSql';

/** A row of the base: eight bytes each of its key's digest, of the local row's digest and of the cloud row's. */
export const recordBytes = 24;
const keyBytes = 8;
const localStart = keyBytes;
const cloudStart = localStart + 8;

/** Grows by group, without a JavaScript object per row: a million rows are some 30 MB. */
export class AgreedRows {
  private readonly groups: Buffer[] = Array.from({ length: bucketCount }, () => Buffer.alloc(0));
  /** How many rows each group has, and how many of them are the same on both sides. */
  private readonly counts = new Int32Array(bucketCount);
  private readonly same = new Int32Array(bucketCount);

  get size(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  /** @param hex records: the key's hash, the local row's digest, the cloud row's digest; 16 digits each */
  add(hex: string): void {
    const records = Buffer.from(hex, 'hex');
    for (let from = 0; from < records.length; from += recordBytes) {
      const bucket = bucketOf(records, from);
      const count = this.counts[bucket] ?? 0;
      const at = count * recordBytes;
      records.copy(this.roomFor(bucket, at + recordBytes), at, from, from + recordBytes);
      this.counts[bucket] = count + 1;
      const [local, cloud] = [from + localStart, from + cloudStart];
      const isSame = records.compare(records, cloud, from + recordBytes, local, cloud) === 0;
      if (isSame) this.same[bucket] = (this.same[bucket] ?? 0) + 1;
    }
  }

  sameIn(bucket: number): number {
    return this.same[bucket] ?? 0;
  }

  /** The records of a group. */
  recordsIn(bucket: number): Buffer {
    const records = this.groups[bucket] ?? Buffer.alloc(0);
    return records.subarray(0, (this.counts[bucket] ?? 0) * recordBytes);
  }

  private roomFor(bucket: number, bytes: number): Buffer {
    const records = this.groups[bucket] ?? Buffer.alloc(0);
    if (bytes <= records.length) return records;
    const larger = Buffer.concat(
      [records],
      Math.max(bytes, Math.ceil((records.length / recordBytes) * 1.5) * recordBytes),
    );
    this.groups[bucket] = larger;
    return larger;
  }
}

/** The group of a row by the hash of its key, as `bucketSql` computes it on the server. @param at where the hash starts */
export function bucketOf(hash: Buffer, at = 0): number {
  return hash.readUInt16BE(at) >> 6;
}

/** A record for a row that is the same on both sides. @param digest of the row, hex */
export function agreedRecord(key: string, digest: string): string {
  return agreedRecordOfHash(sha256(key), digest);
}

/** The same by the hash of the key. @param keyHash hex; @param digest of the row, hex; both may be longer than what is kept */
export function agreedRecordOfHash(keyHash: string, digest: string): string {
  const kept = keyBytes * 2;
  const short = digest.slice(0, kept);
  return `${keyHash.slice(0, kept)}${short}${short}`;
}
