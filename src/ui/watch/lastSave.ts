import { EventEmitter, type Disposable, type Event } from 'vscode';

/** The backup of what was synced on save last: its Undo is offered once. */
export interface LastSave extends Disposable {
  last(): string | undefined;
  remember(backup: string | undefined): void;
  undone(): void;
  readonly onDidUndo: Event<void>;
}

export function createLastSave(): LastSave {
  const undone = new EventEmitter<void>();
  let last: string | undefined;
  return {
    last: () => last,
    remember(backup) {
      last = backup;
    },
    undone() {
      last = undefined;
      undone.fire();
    },
    onDidUndo: undone.event,
    dispose: () => undone.dispose(),
  };
}
