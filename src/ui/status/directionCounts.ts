/** How many items wait, by what would have to happen to them. */
export interface DirectionCounts {
  /** Changed on this side, or only there: they would go to the other one. Of content: from disk to the database. */
  readonly up: number;
  /** Changed on the other side, or only there: they would come here. */
  readonly down: number;
  /** Different, and nobody knows which side changed. */
  readonly unknown: number;
  readonly conflicts: number;
  readonly invalid: number;
}

export const noCounts: DirectionCounts = { up: 0, down: 0, unknown: 0, conflicts: 0, invalid: 0 };

export function addCounts(all: readonly DirectionCounts[]): DirectionCounts {
  return all.reduce(
    (sum, { up, down, unknown, conflicts, invalid }) => ({
      up: sum.up + up,
      down: sum.down + down,
      unknown: sum.unknown + unknown,
      conflicts: sum.conflicts + conflicts,
      invalid: sum.invalid + invalid,
    }),
    noCounts,
  );
}

/** Everything that keeps the project from being in sync: what the badge shows. */
export function countOpen({ up, down, unknown, conflicts, invalid }: DirectionCounts): number {
  return up + down + unknown + conflicts + invalid;
}
