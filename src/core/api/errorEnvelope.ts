import * as z from 'zod/mini';
import { parseJson } from '../parseJson';

/** What a server said about a refusal, whichever of the three envelopes of cloud.md 2.3 it used. */
export interface ErrorAnswer {
  readonly envelope: 'deployment' | 'oauth' | 'controlPlane' | 'none';
  /** `forbidden`, `invalid_request`, …; undefined without an envelope. */
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly traceId: string | undefined;
  /** Paths of a refused upload that moved meanwhile (412 of the tenant endpoint). */
  readonly paths: readonly string[];
  /** `field: message` of each validation error. */
  readonly fields: readonly string[];
  /** Largest body the server takes, when it says so. */
  readonly maxBodyBytes: number | undefined;
}

const deployment = z.object({
  code: z.string(),
  message: z.string(),
  trace_id: z.optional(z.nullable(z.string())),
  details: z.optional(z.unknown()),
  validation_errors: z.optional(z.array(z.object({ field: z.string(), message: z.string() }))),
});
const oauth = z.object({ error: z.string(), error_description: z.optional(z.nullable(z.string())) });
const controlPlane = z.object({
  error: z.object({ code: z.string(), message: z.string(), details: z.optional(z.unknown()) }),
});
const movedPaths = z.object({ paths: z.array(z.string()) });
const bodyLimit = z.object({ max_body_bytes: z.int() });

const nothing: ErrorAnswer = {
  envelope: 'none',
  code: undefined,
  message: undefined,
  traceId: undefined,
  paths: [],
  fields: [],
  maxBodyBytes: undefined,
};

/** Reads an error body; one that fits no envelope gives `none`, never an exception. */
export function parseErrorAnswer(body: string): ErrorAnswer {
  const value = parseJson(body);
  const flat = deployment.safeParse(value);
  if (flat.success) {
    const { code, message, trace_id, details, validation_errors } = flat.data;
    const fields = (validation_errors ?? []).map((entry) => `${entry.field}: ${entry.message}`);
    return {
      ...nothing,
      envelope: 'deployment',
      code,
      message,
      traceId: trace_id ?? undefined,
      fields,
      ...facts(details),
    };
  }
  const nested = controlPlane.safeParse(value);
  if (nested.success) {
    const { code, message, details } = nested.data.error;
    return { ...nothing, envelope: 'controlPlane', code, message, ...facts(details) };
  }
  const rfc = oauth.safeParse(value);
  if (!rfc.success) return nothing;
  return {
    ...nothing,
    envelope: 'oauth',
    code: rfc.data.error,
    message: rfc.data.error_description ?? undefined,
  };
}

function facts(details: unknown): Pick<ErrorAnswer, 'paths' | 'maxBodyBytes'> {
  const paths = movedPaths.safeParse(details);
  const limit = bodyLimit.safeParse(details);
  return {
    paths: paths.success ? paths.data.paths : [],
    maxBodyBytes: limit.success ? limit.data.max_body_bytes : undefined,
  };
}
