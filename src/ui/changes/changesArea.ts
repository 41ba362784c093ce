import type { RelativePattern } from 'vscode';
import type { AccessDiff } from '../../core/accessControl/accessDiff';
import type { DatabaseComparison } from '../../core/database/sync/databaseComparison';
import type { RunContext } from '../../core/ports';
import type { CommandId } from '../contributions';
import type { FilesComparison } from '../files/filesComparison';
import type { DirectionCounts } from '../status/directionCounts';
import type { AreaId, ChangeNode } from './changeNode';
import type { FoundProject } from '../project/foundProject';

/** The wording of a tree row. */
export interface NodeText {
  readonly label: string;
  readonly description: string;
  /** Plain lines; the first is the heading. */
  readonly tooltip: readonly string[];
  /** Read out by a screen reader: it says the status in words. */
  readonly spoken: string;
  readonly contextValue: string;
  /** Of a row that has a status: what its letter means, in one word or two. */
  readonly statusWord?: string;
}

export interface NodeRow {
  readonly text: NodeText;
  /** Of the product's icon set. */
  readonly icon: string;
  /** What a click does; it gets the node. */
  readonly command?: { readonly id: CommandId; readonly title: string };
}

/** How a row of an area reads. Asked only for rows that are visible. */
export type RowOf = (node: ChangeNode) => NodeRow;

/** What each of the areas beside content finds when it compares. */
export interface AreaDiffs {
  readonly accessControl: AccessDiff;
  readonly files: FilesComparison;
  readonly database: DatabaseComparison;
}

/** Content decides what the whole view is; the others add their rows to it. */
export type OtherAreaId = keyof AreaDiffs;

export const otherAreaIds = ['accessControl', 'files', 'database'] as const satisfies readonly AreaId[];

export type Unasked = 'compare' | 'wait' | 'unused';

/** A domain beside content: what it compares, and how that is shown. It keeps nothing: what it found is in the store. */
export interface ChangesArea<Diff> {
  readonly row: RowOf;
  /** Its name above all of its rows, also where it cannot be compared. */
  title(): string;
  /** What happens unasked: `wait` where a comparison costs too much for that, `unused` where the project has no such area. */
  unasked(found: FoundProject): Unasked | Promise<Unasked>;
  /**
   * @returns undefined where it turns out that the project does not use the area: then nothing is shown of it
   * @throws what stops the comparison: its one row says so
   */
  compare(found: FoundProject, context: RunContext): Promise<Diff | undefined>;
  nodes(diff: Diff): readonly ChangeNode[];
  counts(diff: Diff): DirectionCounts;
  /** What to compare again after, when files change. */
  watched(found: FoundProject): readonly RelativePattern[];
}

export type ChangesAreas = { readonly [Id in OtherAreaId]?: ChangesArea<AreaDiffs[Id]> };

/** What is known of an area. */
export type AreaView<Diff = unknown> =
  | { readonly kind: 'unused' }
  /** The project uses it, and nobody has asked for its comparison yet. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | {
      readonly kind: 'ready';
      readonly diff: Diff;
      readonly nodes: readonly ChangeNode[];
      readonly counts: DirectionCounts;
    };

export type AreaViews = { readonly [Id in OtherAreaId]: AreaView<AreaDiffs[Id]> };

export const unusedAreas: AreaViews = {
  accessControl: { kind: 'unused' },
  files: { kind: 'unused' },
  database: { kind: 'unused' },
};
