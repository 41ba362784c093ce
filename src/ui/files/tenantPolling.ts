/** What polling looks at each time: the window may have been away, and the setting may have changed. */
export interface PollingView {
  /** This window is the one that is worked in. */
  isWindowActive(): boolean;
  /** Something has been compared before, and nothing else is going on. */
  isReady(): boolean;
  /** Between two comparisons; 0: none. */
  minutes(): number;
  compare(): void;
}

const tickMs = 30_000;

/** Compares now and then, while the window is active. */
export class TenantPolling {
  private comparedAt = Date.now();
  private readonly timer = setInterval(() => this.look(), tickMs);

  constructor(private readonly view: PollingView) {}

  /** Compares when it is time; to be called as well when what the view shows has changed. */
  look(): void {
    const { view } = this;
    if (!view.isWindowActive() || !view.isReady()) return;
    const minutes = view.minutes();
    if (minutes === 0 || Date.now() - this.comparedAt < minutes * 60_000) return;
    this.wasCompared();
    view.compare();
  }

  /** Whoever compared: the next time is counted from now. */
  wasCompared(): void {
    this.comparedAt = Date.now();
  }

  dispose(): void {
    clearInterval(this.timer);
  }
}
