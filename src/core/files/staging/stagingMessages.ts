import type { SyncErrorOptions, SyncErrorCode } from '../../syncError';
import type { StagedColumns } from './stagedColumns';
import type { DownloadStaging } from './stageDownload';

/** To the staging thread. A download is begun, its bytes follow, and it ends or breaks off. */
export type StagingRequest =
  | { readonly kind: 'stage'; readonly staging: DownloadStaging }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'end' }
  | { readonly kind: 'broken' };

/** From the staging thread. After `staged` or `failed` it knows nothing of the download any more. */
export type StagingReply =
  /** So many of the bytes that came are taken; the files that were staged since the last time; memory to be used again. */
  | {
      readonly kind: 'taken';
      readonly bytes: number;
      readonly files: StagedColumns;
      readonly used: ArrayBuffer | undefined;
    }
  | { readonly kind: 'staged'; readonly files: StagedColumns }
  | { readonly kind: 'failed'; readonly error: PlainError };

/** A SyncError that crosses threads; of anything else only the text. */
export type PlainError = Pick<SyncErrorOptions, 'hint' | 'details'> & {
  readonly code: SyncErrorCode;
  readonly message: string;
};
