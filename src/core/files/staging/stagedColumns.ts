import { sep } from 'node:path';
import type { StagedFile } from '../archive/stageArchive';

/** Staged files as they travel between threads: an object for each, with texts of its own, takes several times as much memory. */
export interface StagedColumns {
  /** One a line, as the names: no path of a checked archive holds a line break. */
  readonly paths: string;
  readonly names: string;
  /** One after the other. */
  readonly digests: string;
  readonly sizes: Float64Array;
  readonly executable: Uint8Array;
}

const digestLength = 64;

/** @param files of a checked archive */
export function toColumns(files: readonly StagedFile[]): StagedColumns {
  return {
    paths: files.map(({ path }) => path).join('\n'),
    names: files.map(({ name }) => name).join('\n'),
    digests: files.map(({ sha256 }) => sha256).join(''),
    sizes: Float64Array.from(files, ({ size }) => size),
    executable: Uint8Array.from(files, ({ executable }) => (executable ? 1 : 0)),
  };
}

/** @param folder that they are staged in, absolute */
export function fromColumns(
  { paths, names, digests, sizes, executable }: StagedColumns,
  folder: string,
): readonly StagedFile[] {
  if (sizes.length === 0) return [];
  const nameOf = names.split('\n');
  return paths.split('\n').map((path, index) => {
    const name = nameOf[index] ?? '';
    return {
      path,
      size: sizes[index] ?? 0,
      sha256: digests.slice(index * digestLength, (index + 1) * digestLength),
      executable: executable[index] === 1,
      stagedPath: `${folder}${sep}${name}`,
      // A file with its own name lies in a folder.
      name: name.includes('/') ? name : Number(name),
    };
  });
}
