import { inMegabytes } from '../../core/inMegabytes';
import type { ProgressUpdate } from '../../core/ports';

/** `Uploading 3/10 · 1.2/4.0 MB`: items and bytes, as far as they are known. */
export function progressText({ message, done, total, bytes }: ProgressUpdate): string {
  const items = done === undefined || total === undefined || total === 0 ? '' : ` ${done}/${total}`;
  return `${message}${items}${bytes === undefined ? '' : ` · ${inMegabytes(bytes)}`}`;
}

/** Per cent of the running step: of its bytes, since files differ in size, else of its items. Undefined while unknown. */
export function shareOf({ done, total, bytes }: ProgressUpdate): number | undefined {
  return percent(bytes?.done, bytes?.total) ?? percent(done, total);
}

function percent(done: number | undefined, total: number | undefined): number | undefined {
  if (done === undefined || total === undefined || total === 0) return undefined;
  return Math.min(100, (done / total) * 100);
}
