import type { StagedFile } from '../archive/stageArchive';
import type { SyncErrorOptions, SyncErrorCode } from '../../syncError';
import type { DownloadStaging } from './stageDownload';

/** To the staging thread. A download is begun, its bytes follow, and it ends or breaks off. */
export type StagingRequest =
  | { readonly kind: 'stage'; readonly staging: DownloadStaging }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }
  | { readonly kind: 'broken' };

/** From the staging thread. After `staged` or `failed` it knows nothing of the download any more. */
export type StagingReply =
  /** So many of the bytes that came are taken; `written`: unpacked bytes since the last time. */
  | { readonly kind: 'taken'; readonly bytes: number; readonly written: number }
  | { readonly kind: 'staged'; readonly files: readonly StagedFile[]; readonly written: number }
  | { readonly kind: 'failed'; readonly error: PlainError };

/** A SyncError that crosses threads; of anything else only the text. */
export type PlainError = Pick<SyncErrorOptions, 'hint' | 'details'> & {
  readonly code: SyncErrorCode;
  readonly message: string;
};
