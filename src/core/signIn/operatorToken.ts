import type { Environment, Project } from '../project/project';
import { SyncError } from '../syncError';
import { readCredentials } from './credentials';

/** Where a token can come from: the host's secret storage, `SYSTEMPROMPT_API_TOKEN`, the login of credentials.json. */
export type TokenSource = 'host' | 'environment' | 'login';

/** The token that the tenant and the control plane are spoken to with. */
export interface OperatorToken {
  readonly from: TokenSource;
  /** Secret, and therefore no plain property. */
  readonly value: () => string;
}

export interface TokenSources {
  readonly env: Environment;
  /** Of the host (an editor's secret storage); counts before the environment, and that before the stored login. */
  readonly apiToken?: string | undefined;
}

/**
 * Finds the operator token of a project. A login belongs to the control plane that gave it: it is not handed to another
 * one, whatever a setting names.
 *
 * @throws SyncError `unauthorized` (`details.reason` is `notSignedIn`) when there is none to use; `invalidInput` or `io`
 * when the stored login cannot be read
 */
export async function findOperatorToken(project: Project, sources: TokenSources): Promise<OperatorToken> {
  const { apiToken, env } = sources;
  if (apiToken) return { from: 'host', value: () => apiToken };
  const fromEnvironment = env['SYSTEMPROMPT_API_TOKEN'];
  if (fromEnvironment) return { from: 'environment', value: () => fromEnvironment };
  const login = await readCredentials(project.root);
  if (login === undefined) throw notSignedIn('Nobody is signed in, and SYSTEMPROMPT_API_TOKEN is not set.');
  if (project.mode === 'relay' && originOf(login.apiUrl) !== originOf(project.apiUrl)) {
    throw notSignedIn(`The stored login is for ${login.apiUrl}, and not for ${project.apiUrl}.`);
  }
  return { from: 'login', value: () => login.apiToken };
}

function notSignedIn(message: string): SyncError {
  return new SyncError('unauthorized', message, {
    hint: 'Sign in, or set SYSTEMPROMPT_API_TOKEN.',
    details: { reason: 'notSignedIn' },
  });
}

function originOf(address: string): string {
  return URL.canParse(address) ? new URL(address).origin : '';
}
