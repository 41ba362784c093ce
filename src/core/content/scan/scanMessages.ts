import type { ScannedFile } from '../../models/content';
import type { ProgressUpdate } from '../../ports';
import type { SourceGroup } from '../config/contentConfig';
import type { SourceScan } from './sourceScan';

/** What the scanning thread is asked. One request at a time is under way. */
export interface ScanRequest {
  readonly group: SourceGroup;
  readonly nowMs: number;
}

/** What it answers: progress, the files in parts, and the rest of the scan at the end. */
export type ScanReply =
  | { readonly kind: 'progress'; readonly update: ProgressUpdate }
  | { readonly kind: 'files'; readonly files: readonly ScannedFile[] }
  | { readonly kind: 'done'; readonly scan: Omit<SourceScan, 'items'> }
  | { readonly kind: 'failed'; readonly message: string };

/** Receiving this many files at once keeps the receiving thread busy for a few milliseconds only. */
export const filesPerReply = 1_000;
