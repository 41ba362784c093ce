export interface DelayProxy {
  readonly port: number;
  /** Round trips so far, on all connections. */
  turns(): Promise<number>;
  close(): Promise<void>;
}

/** See delayProxy.mjs. */
export function startDelayProxy(options: { port: number; delayMs?: number }): Promise<DelayProxy>;
