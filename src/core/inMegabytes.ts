import type { ByteProgress } from './ports';

/** `1.2/4.0 MB`, or `1.2 MB` while the whole is not known; a megabyte is a million bytes. */
export function inMegabytes({ done, total }: ByteProgress): string {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  return `${megabytes(done)}${total === undefined ? '' : `/${megabytes(total)}`} MB`;
}
