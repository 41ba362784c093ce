/** Codes of the flat envelope (cloud.md 2.3), and the few that only this endpoint knows. */
export type ProblemCode =
  | 'not_found'
  | 'bad_request'
  | 'unauthorized'
  | 'forbidden'
  | 'internal_error'
  | 'validation_error'
  | 'conflict_error'
  | 'precondition_failed'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'rate_limited'
  | 'not_implemented'
  | 'bad_gateway'
  | 'service_unavailable';

export const problemStatus: Readonly<Record<ProblemCode, number>> = {
  not_found: 404,
  bad_request: 400,
  unauthorized: 401,
  forbidden: 403,
  internal_error: 500,
  validation_error: 422,
  conflict_error: 409,
  precondition_failed: 412,
  payload_too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  not_implemented: 501,
  bad_gateway: 502,
  service_unavailable: 503,
};

export interface ProblemOptions {
  readonly details?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
  /** The message alone, as plain text: what upstream's web framework answers by itself. */
  readonly plainText?: boolean;
}

/**
 * An answer that says no. Thrown by routes, turned into the envelope of the route's API by the error handler; its
 * message goes to the client and holds nothing the client may not know.
 */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly code: ProblemCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly plainText: boolean;

  constructor(code: ProblemCode, message: string, options: ProblemOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.headers = options.headers ?? {};
    this.plainText = options.plainText ?? false;
  }
}
