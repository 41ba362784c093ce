/** One row of a table: what was measured, and beside which other row. */
export interface Measurement {
  readonly name: string;
  readonly run: () => unknown;
  /** Undoes what a run did, outside of the measured time. */
  readonly reset?: () => unknown;
  /** Name of the row that this one is compared with. */
  readonly anchor?: string;
  /** What the comparison should come to, for the reader: `≤ 2.5`. */
  readonly goal?: string;
}

const rounds = 5;

/** Runs all of them in turn, five rounds after one to warm up, and prints medians and ratios. */
export async function measure(title: string, measurements: readonly Measurement[]): Promise<void> {
  const times = new Map<string, number[]>(measurements.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, run, reset } of measurements) {
      await reset?.();
      globalThis.gc?.();
      const start = performance.now();
      await run();
      if (round > 0) times.get(name)?.push(performance.now() - start);
    }
  }
  const medians = new Map([...times].map(([name, values]) => [name, median(values)]));
  const rows = measurements.map(({ name, anchor, goal }) => {
    const own = medians.get(name) ?? 0;
    const ratio = anchor === undefined ? '' : (own / (medians.get(anchor) ?? 1)).toFixed(2);
    return [name, own.toFixed(own < 10 ? 2 : 0), ratio, anchor ?? '', goal ?? ''];
  });
  printTable(title, ['what', 'ms', 'ratio', 'to', 'goal'], rows);
}

/**
 * What `npm run bench NAME:PART,PART` asks for; all parts where it names none.
 * @param parts what the area can measure by itself
 */
export function askedParts<Part extends string>(parts: readonly Part[]): ReadonlySet<Part> {
  const asked = parts.filter((part) => process.argv.includes(part));
  return new Set(asked.length === 0 ? parts : asked);
}

export function printTable(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  console.log(`\n${title}\n`);
  const widths = head.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  console.log(line(head));
  console.log(`|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`);
  for (const row of rows) console.log(line(row));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
