/**
 * The known name that a misspelt one most likely stands for.
 *
 * @returns undefined when none is within a third of the name's length (at least one edit)
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** ` Did you mean "x"?`, or nothing. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
}

/**
 * Edits from one text to the other, where swapping two neighbours counts as one; `limit` when it is at least that, so
 * that long hostile names cost nothing.
 */
function editDistance(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) >= limit) return limit;
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      const swapped = row > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      const substitute = at(last, column - 1) + (same ? 0 : 1);
      const swap = swapped ? at(beforeLast, column - 2) + 1 : Infinity;
      current.push(Math.min(substitute, swap, at(current, column - 1) + 1, at(last, column) + 1));
    }
    beforeLast = last;
    last = current;
  }
  return Math.min(at(last, right.length), limit);
}

function at(distances: readonly number[], index: number): number {
  return distances[index] ?? Infinity;
}
