import type { TokenExpiry } from '../../core/signIn/describeExpiry';
import type { TokenSource } from '../../core/signIn/operatorToken';
import type { Translate } from '../translate';

/** Where a token comes from, in the words of the page about the project. */
export function tokenSourceText(t: Translate, from: TokenSource): string {
  switch (from) {
    case 'host':
      return t('the secret storage of this editor (Set Token…)');
    case 'environment':
      return 'env SYSTEMPROMPT_API_TOKEN';
    case 'login':
      return '.systemprompt/credentials.json';
  }
}

/** How long a token lasts, for the page about the project. */
export function tokenLifeText(t: Translate, { state, expiresAtMs }: TokenExpiry): string {
  if (expiresAtMs === undefined) return t('set; only the server knows how long it lasts');
  const moment = new Date(expiresAtMs).toLocaleString();
  return state === 'expired' ? t('expired at {0}', moment) : t('lasts until {0}', moment);
}

/** What the status bar adds while a token is about to end or has ended; undefined while there is nothing to do. */
export function expiryNotice(t: Translate, { state, expiresAtMs }: TokenExpiry): string | undefined {
  if (state === 'expired') {
    return t('The token for the tenant has expired: sign in again, or set a new one.');
  }
  if (state !== 'expiresSoon' || expiresAtMs === undefined) return undefined;
  const time = new Date(expiresAtMs).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
  return t('The token for the tenant expires at {0}: sign in again before that.', time);
}
