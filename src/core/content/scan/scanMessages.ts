import type { ScannedFile } from '../../models/content';
import type { ProgressUpdate } from '../../ports';
import type { SourceGroup } from '../config/contentConfig';
import type { SourceScan } from './sourceScan';

/** What the scanning thread is asked. One scan at a time is under way; its results are fetched reply by reply. */
export type ScanRequest =
  { readonly kind: 'scan'; readonly group: SourceGroup; readonly nowMs: number } | { readonly kind: 'next' };

/** What it answers: progress, the files in parts, each after the first when asked for the next, and the rest of the scan. */
export type ScanReply =
  | { readonly kind: 'progress'; readonly update: ProgressUpdate }
  | { readonly kind: 'files'; readonly files: readonly ScannedFile[] }
  | { readonly kind: 'done'; readonly scan: Omit<SourceScan, 'items'> }
  | { readonly kind: 'failed'; readonly message: string };

/**
 * Receiving this many files at once keeps the receiving thread busy for a few milliseconds only. It takes whatever waits for
 * it in one go: therefore they are not sent before they are asked for.
 */
export const filesPerReply = 1_000;
