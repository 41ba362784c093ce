export interface RunningEngine {
  readonly socket: string;
  /** `127.0.0.1:PORT`; takes the login that it was started with. */
  readonly registry: string;
  /** Absolute path of Debian's docker, as old as the engine. */
  readonly client: string;
  readonly registryLog: () => string;
  readonly stopRegistry: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** See startEngine.mjs. */
export function startEngine(login: { user: string; password: string }): Promise<RunningEngine>;
