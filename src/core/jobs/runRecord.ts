import * as z from 'zod/mini';

/** One run, as a line of the history. Times are ISO 8601, UTC. */
export const runRecordSchema = z.object({
  format: z.literal(1),
  job: z.string(),
  /** `manual`: by hand. `recovery`: a tick whose process had died. `catchUp`: a missed tick. */
  trigger: z.enum(['schedule', 'recovery', 'catchUp', 'manual']),
  /** The tick; null for a run by hand. */
  due: z.nullable(z.string()),
  started_at: z.string(),
  duration_ms: z.number(),
  status: z.enum(['success', 'failed', 'cancelled']),
  attempts: z.int(),
  items_synced: z.int(),
  items_skipped: z.int(),
  errors: z.array(z.string()),
  warnings: z.array(z.string()),
  backup: z.optional(z.string()),
  target: z.string(),
  host: z.string(),
  pid: z.int(),
});

export type RunRecord = Readonly<z.output<typeof runRecordSchema>>;
