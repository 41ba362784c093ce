/**
 * Finds rows by path. Paths are asked for in the order of the rows, mostly: then the next row is looked at and nothing
 * else, which takes a tenth of a look into a map of fifty thousand. The first path that is out of order builds that map.
 *
 * @param count of rows; `pathAt` gives undefined beyond them
 */
export function rowsByPath(
  count: number,
  pathAt: (row: number) => string | undefined,
): (path: string) => number | undefined {
  let next = 0;
  let rows: Map<string, number> | undefined;
  const lookUp = (path: string): number | undefined => {
    if (rows === undefined) {
      rows = new Map();
      for (let row = 0; row < count; row += 1) rows.set(pathAt(row) ?? '', row);
    }
    return rows.get(path);
  };
  return (path) => {
    if (next === count) next = 0;
    const row = pathAt(next) === path ? next : lookUp(path);
    if (row !== undefined) next = row + 1;
    return row;
  };
}

/** The files of one side, each path once, in the order they were met: that of their names, for the most part. */
export class FilesByPath<File extends { readonly path: string }> {
  readonly list: readonly File[];
  readonly #rowOf: (path: string) => number | undefined;

  /** @param list no path in it twice; kept, not copied */
  constructor(list: readonly File[]) {
    this.list = list;
    this.#rowOf = rowsByPath(list.length, (row) => list[row]?.path);
  }

  get size(): number {
    return this.list.length;
  }

  get(path: string): File | undefined {
    const row = this.#rowOf(path);
    return row === undefined ? undefined : this.list[row];
  }

  has(path: string): boolean {
    return this.#rowOf(path) !== undefined;
  }
}
