import { describe, expect, it } from 'vitest';
import { describeExpiry } from '../../src/core/signIn/describeExpiry';
import type { TenantChoice } from '../../src/core/signIn/tenantChoices';
import { editorHttpEnvironment } from '../../src/ui/host/editorHttpEnvironment';
import { createTenantTokens } from '../../src/ui/host/tenantTokens';
import { tenantPicks } from '../../src/ui/signIn/tenantPicks';
import { tokenFault } from '../../src/ui/signIn/tokenFault';
import { expiryNotice, tokenLifeText } from '../../src/ui/signIn/tokenText';
import { inEnglish as t } from './inEnglish';
import { sampleProject } from './sampleProject';

const now = Date.parse('2026-08-01T12:00:00Z');
const jwt = (secondsLeft: number) =>
  `h.${Buffer.from(JSON.stringify({ exp: now / 1_000 + secondsLeft })).toString('base64url')}.s`;

describe('a token that is typed in', () => {
  const fault = (token: string) => tokenFault(t, token, describeExpiry(token, now));

  it.each(['', 'opaque-t0ken', jwt(60), jwt(86_400)])('is taken: %j', (token) => {
    expect(fault(token)).toBeUndefined();
  });

  it.each([
    ['Bearer s3cr3t', /no blanks/],
    ['s3cr3t\ts3cr3t', /no blanks/],
    ['s3cr3t\u200b', /characters that no token has/],
    ['s3cr3t-ä', /characters that no token has/],
    [jwt(-60), /has expired/],
  ])('is refused without being repeated: %j', (token, reason) => {
    expect(fault(token)).toMatch(reason);
    expect(fault(token)).not.toContain('s3cr3t');
  });
});

describe('the end of a token', () => {
  it('is told in its last hour and afterwards, and for one that does not say never', () => {
    const notices = [jwt(7_200), jwt(1_800), jwt(-1), 'opaque'].map((token) =>
      expiryNotice(t, describeExpiry(token, now)),
    );
    expect(notices[0]).toBeUndefined();
    expect(notices[1]).toMatch(/expires at \S.*: sign in again before that/);
    expect(notices[2]).toMatch(/has expired/);
    expect(notices[3]).toBeUndefined();
  });

  it('stands on the page about the project', () => {
    expect(tokenLifeText(t, describeExpiry('opaque', now))).toContain('only the server knows');
    expect(tokenLifeText(t, describeExpiry(jwt(7_200), now))).toContain('lasts until');
    expect(tokenLifeText(t, describeExpiry(jwt(-1), now))).toContain('expired at');
  });
});

describe('the list of tenants', () => {
  const known: readonly TenantChoice[] = [
    { id: 't-1', name: 'Shop', hostname: 'shop.example.com', type: 'cloud' },
    { id: 'local_2', name: 'Trial', hostname: undefined, type: 'local' },
  ];
  const project = sampleProject({ tenant: { id: 't-1' }, apiUrl: 'https://api.example.com' });

  it('says what each is, which one is in use, and which host would be asked for more', () => {
    expect(
      tenantPicks(t, project, known, undefined).map(({ label, description }) => [label, description]),
    ).toEqual([
      ['Shop', 't-1 · shop.example.com · in use'],
      ['Trial', 'local_2 · local: it has no cloud side'],
      ['$(refresh) Ask api.example.com for the Tenants of My Account', undefined],
      ['$(edit) Enter a Tenant Id…', undefined],
    ]);
  });

  it('offers the way back to the profile only where the setting decides', () => {
    const last = (setting: string | undefined) => tenantPicks(t, project, [], setting).at(-1)?.chosen.kind;
    expect(last('t-1')).toBe('unset');
    expect(last(undefined)).toBe('enterId');
  });
});

describe('the network settings of the editor', () => {
  const with_ = (settings: Record<string, unknown>, env = {}) =>
    editorHttpEnvironment((name) => settings[name], env, undefined);

  it('come before those of the shell, and are added to its exceptions', () => {
    const env = { HTTPS_PROXY: 'http://shell:3128', NO_PROXY: 'b.example.com' };
    expect(with_({ proxy: ' http://editor:3128 ', noProxy: ['a.example.com', 7] }, env)).toMatchObject({
      proxyUrl: 'http://editor:3128',
      noProxy: 'a.example.com,b.example.com',
    });
    expect(with_({ proxy: '' }, env)).toMatchObject({ proxyUrl: 'http://shell:3128' });
  });

  it('switch proxies off altogether', () => {
    const env = { HTTPS_PROXY: 'http://shell:3128' };
    expect(with_({ proxy: 'http://editor:3128', proxySupport: 'off' }, env).proxyUrl).toBeUndefined();
  });

  it('relax certificate checks only when they say false', () => {
    expect(with_({ proxyStrictSSL: false }).rejectUnauthorized).toBe(false);
    for (const value of [undefined, true, 'false', 0])
      expect(with_({ proxyStrictSSL: value }).rejectUnauthorized).toBe(true);
  });

  it('trust the certificates of the system, and what NODE_EXTRA_CA_CERTS names, unless told not to', () => {
    const stores = { system: ['SYSTEM'], extra: ['EXTRA'] };
    const read = (systemCertificates: unknown) =>
      editorHttpEnvironment(
        (name) => (name === 'systemCertificates' ? systemCertificates : undefined),
        {},
        (store) => stores[store],
      );
    expect(read(true).ca).toEqual(['SYSTEM', 'EXTRA']);
    expect(read(undefined).ca).toEqual(['SYSTEM', 'EXTRA']);
    expect(read(false).ca).toBeUndefined();
  });
});

describe('a secret storage that fails', () => {
  /** Stands in for the keyring of a system without one. */
  const broken = {
    get: () => Promise.reject(new Error('no keyring')),
    store: () => Promise.reject(new Error('no keyring')),
    delete: () => Promise.reject(new Error('no keyring')),
    keys: () => Promise.reject(new Error('no keyring')),
    onDidChange: () => ({ dispose() {} }),
  };
  const tokens = createTenantTokens(broken, t);

  it.each([
    ['read', () => tokens.read('/shop'), /cannot be read/],
    ['store', () => tokens.store('/shop', 's3cr3t-t0ken'), /took no token; nothing was stored/],
    ['remove', () => tokens.remove('/shop'), /did not remove the token/],
  ])('is told on %s, with another way, and without the token', async (_name, act, message) => {
    const error = await act().then(
      () => undefined,
      (thrown: unknown) => thrown as Error & { code: string; hint: string },
    );
    expect(error?.message).toMatch(message);
    expect(error?.message).toContain('no keyring');
    expect(error?.code).toBe('io');
    expect(error?.hint).toContain('SYSTEMPROMPT_API_TOKEN');
    expect(JSON.stringify(error)).not.toContain('s3cr3t-t0ken');
  });
});
