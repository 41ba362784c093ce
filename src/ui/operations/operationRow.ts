import type { CommandId } from '../contributions';

/** The wording of a row. */
export interface RowText {
  readonly label: string;
  readonly description: string;
  /** Plain lines; the first is the heading. */
  readonly tooltip: readonly string[];
  /** Read out by a screen reader: it says in words what icon and description say. */
  readonly spoken: string;
}

/** A row of the view: plain data, worded when it is drawn. */
export interface OperationRow {
  /** The same for the same thing, so that selection and expansion outlive a redraw. */
  readonly id: string;
  /** Name of a codicon. */
  readonly icon: string;
  /** For `viewItem` in when clauses; empty where nothing is offered. */
  readonly contextValue: string;
  /** What the row stands for; commands of its menu find it here. */
  readonly subject?: string;
  readonly text: () => RowText;
  /** On a click. */
  readonly command?: {
    readonly id: CommandId;
    readonly title: string;
    readonly arguments: readonly unknown[];
  };
}
