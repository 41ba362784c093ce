import type { TokenExpiry } from '../../core/signIn/describeExpiry';
import type { Translate } from '../translate';
import { expiryNotice } from './tokenText';

/** What is wrong with a token as it is typed; the text of it is never repeated. An empty one is no fault. */
export function tokenFault(t: Translate, token: string, expiry: TokenExpiry): string | undefined {
  if (token === '') return undefined;
  if (/\s/.test(token)) return t('A token holds no blanks: copy it alone, without "Bearer" before it.');
  if (!/^[\x21-\x7e]+$/.test(token)) return t('The token holds characters that no token has.');
  return expiry.state === 'expired' ? expiryNotice(t, expiry) : undefined;
}
