import type { Event } from 'vscode';
import type { OperationRow } from './operationRow';

/** A topic of the view: its head, and the rows below it. Adding one to `operationsView.ts` is all that a new topic needs. */
export interface OperationGroup {
  /** Undefined hides the group; with every group hidden, the welcome contents speak. */
  readonly head: () => OperationRow | undefined;
  readonly rows: () => readonly OperationRow[];
  /** Something else is to be shown. */
  readonly onDidChange: Event<void>;
  /** The view has been opened: what is shown should be up to date. */
  readonly opened: () => void;
}
