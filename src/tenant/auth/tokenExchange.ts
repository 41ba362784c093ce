import type { TenantSettings } from '../tenantOptions';
import { OAuthProblem } from '../oauthProblem';
import { sameSecret } from './operatorAuth';
import type { OperatorAuth, OperatorSubject } from './operatorAuth';
import type { ServiceTokens } from './serviceTokens';

export const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
const tokenTypePrefix = 'urn:ietf:params:oauth:token-type:';
const subjectTokenTypes: ReadonlySet<string> = new Set(
  ['access_token', 'id_token', 'jwt'].map((type) => `${tokenTypePrefix}${type}`),
);

export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly scope: string;
  readonly issued_token_type?: string;
}

export interface TokenEndpoint {
  readonly settings: TenantSettings;
  readonly operators: OperatorAuth;
  readonly tokens: ServiceTokens;
  readonly issuer: string;
  /** Valid values of `resource` and `audience`. */
  readonly targets: () => readonly string[];
}

type Form = ReadonlyMap<string, string>;
type Client = TenantSettings['clients'][number];

/**
 * The token endpoint of cloud.md 2.5, its checks in that order.
 *
 * @throws OAuthProblem
 */
export async function answerTokenRequest(form: Form, endpoint: TokenEndpoint): Promise<TokenAnswer> {
  const grant = required(form, 'grant_type');
  if (grant === exchangeGrant) return exchange(form, endpoint);
  if (grant === 'client_credentials') return clientCredentials(form, endpoint);
  throw new OAuthProblem('unsupported_grant_type', 'This grant type is not supported.');
}

async function exchange(form: Form, endpoint: TokenEndpoint): Promise<TokenAnswer> {
  const subjectToken = required(form, 'subject_token');
  const subjectTokenType = required(form, 'subject_token_type');
  const client = authenticateClient(form, endpoint.settings);
  if (!subjectTokenTypes.has(subjectTokenType)) {
    throw new OAuthProblem('invalid_request', 'subject_token_type: is not supported');
  }
  const operator = await checkSubject(subjectToken, endpoint);
  requireTargets(form, endpoint);
  const wanted = scopesOf(form.get('scope')) ?? operator.scopes;
  const scopes = wanted.filter((scope) => operator.scopes.includes(scope) && client.scopes.includes(scope));
  if (scopes.length === 0) throw new OAuthProblem('invalid_request', 'scope: nothing of it can be granted');
  const answer = await issue(client, scopes, operator, endpoint);
  return { ...answer, issued_token_type: `${tokenTypePrefix}access_token` };
}

async function clientCredentials(form: Form, endpoint: TokenEndpoint): Promise<TokenAnswer> {
  const client = authenticateClient(form, endpoint.settings);
  // Anyone can name a public client: without a secret there is nobody to give a token to.
  if (client.secret === undefined) throw new OAuthProblem('invalid_client', 'Client authentication failed.');
  requireTargets(form, endpoint);
  const wanted = scopesOf(form.get('scope')) ?? client.scopes;
  const scopes = wanted.filter((scope) => client.scopes.includes(scope));
  if (scopes.length === 0) throw new OAuthProblem('invalid_scope', 'Nothing of the scope can be granted.');
  return issue(
    client,
    scopes,
    { issuer: endpoint.issuer, subject: client.id, scopes: client.scopes },
    endpoint,
  );
}

function authenticateClient(form: Form, settings: TenantSettings): Client {
  const given = form.get('client_id');
  const id = settings.behaviour.clientIdRequired
    ? required(form, 'client_id')
    : (given ?? settings.clients[0]?.id);
  const client = settings.clients.find((candidate) => candidate.id === id);
  const secretFits =
    client?.secret === undefined || sameSecret(form.get('client_secret') ?? '', client.secret);
  if (client === undefined || !secretFits)
    throw new OAuthProblem('invalid_client', 'Client authentication failed.');
  return client;
}

async function checkSubject(token: string, endpoint: TokenEndpoint): Promise<OperatorSubject> {
  const check = await endpoint.operators.check(token);
  if (check.kind === 'ok') return check.operator;
  if (check.kind === 'invalid') throw new OAuthProblem('invalid_request', 'subject_token: is not valid');
  const { issuer, settings } = endpoint;
  const own = await endpoint.tokens.verify(token, { issuer, audience: settings.tenant.id });
  if (own?.sub === undefined) {
    throw new OAuthProblem('invalid_grant', 'The subject token is invalid, expired or of an unknown issuer.');
  }
  return { issuer, subject: own.sub, scopes: scopesOf(own.scope) ?? [], expiresAt: own.exp };
}

function requireTargets(form: Form, endpoint: TokenEndpoint): void {
  const targets = endpoint.targets().map(withoutSlash);
  for (const field of ['resource', 'audience']) {
    const value = form.get(field);
    if (value !== undefined && !targets.includes(withoutSlash(value))) {
      throw new OAuthProblem('invalid_target', `${field}: is not served here`);
    }
  }
}

async function issue(
  client: Client,
  scopes: readonly string[],
  operator: OperatorSubject,
  endpoint: TokenEndpoint,
): Promise<TokenAnswer> {
  const { settings } = endpoint;
  // Exchanging a token of ours again must not keep it alive for ever.
  const remaining = (operator.expiresAt ?? Infinity) - Math.floor(settings.now() / 1000);
  const lifetimeSeconds = Math.min(settings.tokenLifetimeSeconds, remaining);
  const token = await endpoint.tokens.issue({
    issuer: endpoint.issuer,
    audience: settings.tenant.id,
    clientId: client.id,
    subject: settings.operator.id,
    email: settings.operator.email,
    scopes,
    lifetimeSeconds,
    actor: { iss: operator.issuer, sub: operator.subject },
  });
  return { access_token: token, token_type: 'Bearer', expires_in: lifetimeSeconds, scope: scopes.join(' ') };
}

function required(form: Form, field: string): string {
  const value = form.get(field);
  if (value === undefined || value === '') throw new OAuthProblem('invalid_request', `${field}: is required`);
  return value;
}

function scopesOf(text: string | undefined): readonly string[] | undefined {
  const scopes = text?.split(' ').filter((scope) => scope !== '') ?? [];
  return scopes.length === 0 ? undefined : [...new Set(scopes)];
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/u, '');
}
