import type { Project } from '../../core/project/project';
import type { TokenExpiry } from '../../core/signIn/describeExpiry';
import type { TokenSource } from '../../core/signIn/operatorToken';
import type { Services } from '../services';

/** What may be shown of a project's token: where it comes from and how long it lasts. Never the token. */
export interface TokenState {
  readonly from: TokenSource;
  readonly expiry: TokenExpiry;
}

/** @throws SyncError `unauthorized` when there is no token to use; `io` or `invalidInput` when it cannot be read */
export async function readTokenState(
  { tokens, log }: Pick<Services, 'tokens' | 'log'>,
  project: Project,
  nowMs: number,
): Promise<TokenState> {
  const { findOperatorToken } = await import('../../core/signIn/operatorToken');
  const { describeExpiry } = await import('../../core/signIn/describeExpiry');
  const apiToken = await tokens.read(project.root);
  const token = await findOperatorToken(project, { env: process.env, apiToken });
  log.redactor.add(token.value());
  return { from: token.from, expiry: describeExpiry(token.value(), nowMs) };
}
