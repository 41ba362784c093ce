/**
 * Notices silence. While it is the other side's turn, `onSilence` runs once nothing has moved for `limitMs`; while we
 * are busy ourselves (making the next part of an upload, or digesting a part of a download) the watch rests.
 */
export interface ProgressWatch {
  /** Something moved, and the other side is expected to act next. */
  waiting(): void;
  /** It is our turn: no silence can be theirs. */
  rest(): void;
  stop(): void;
}

export function watchProgress(limitMs: number, onSilence: () => void): ProgressWatch {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const rest = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  return {
    waiting: () => {
      if (stopped) return;
      if (timer) timer.refresh();
      else timer = setTimeout(onSilence, limitMs);
    },
    rest,
    stop: () => {
      stopped = true;
      rest();
    },
  };
}
