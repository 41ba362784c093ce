export interface RunningPostgres {
  /** `postgresql://USER:PASSWORD@127.0.0.1:PORT/postgres`, a superuser. */
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** See postgres.mjs. */
export function startPostgres(options?: {
  directory?: string;
  port?: number;
  durable?: boolean;
}): Promise<RunningPostgres>;
