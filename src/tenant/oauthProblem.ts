export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'invalid_target'
  | 'unsupported_grant_type'
  | 'server_error';

/** Status by code (cloud.md 2.3); everything else is 400. */
export function oauthStatus(code: OAuthErrorCode): number {
  if (code === 'invalid_client') return 401;
  return code === 'server_error' ? 500 : 400;
}

/** A refusal of the token endpoint, in the envelope of RFC 6749. */
export class OAuthProblem extends Error {
  override readonly name = 'OAuthProblem';
  readonly code: OAuthErrorCode;

  constructor(code: OAuthErrorCode, description: string, cause?: unknown) {
    super(description, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
