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
 * Finds the operator token of a project. A login belongs to the control plane that gave it, and to the host of the tenant as
 * its account names it (tenants.json, cloud.md 3.3): it is handed to nobody else, whatever a setting or an option names.
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
  const stranger = strangerTo(login.apiUrl, project);
  if (stranger !== undefined)
    throw notSignedIn(`The stored login is for ${login.apiUrl}, and not for ${stranger}.`);
  return { from: 'login', value: () => login.apiToken };
}

/** An address that a client of this project would take the login's token to, although it does not belong there. */
function strangerTo(controlPlane: string, { mode, apiUrl, tenant }: Project): string | undefined {
  if (mode === 'none') return undefined;
  if (!isSameOrigin(apiUrl, controlPlane)) return apiUrl;
  if (mode === 'relay' || tenant.origin === undefined) return undefined;
  const own = tenant.hostname === undefined ? [] : [`https://${tenant.hostname}`];
  const { origin } = tenant;
  return [controlPlane, ...own].some((known) => isSameOrigin(origin, known)) ? undefined : origin;
}

function notSignedIn(message: string): SyncError {
  return new SyncError('unauthorized', message, {
    hint: 'Sign in there, or give its own token: SYSTEMPROMPT_API_TOKEN, or Set Token… in the editor.',
    details: { reason: 'notSignedIn' },
  });
}

function isSameOrigin(one: string, other: string): boolean {
  return URL.canParse(one) && URL.canParse(other) && new URL(one).origin === new URL(other).origin;
}
