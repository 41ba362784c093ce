import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SyncConfig, type SyncConfigBuilder } from '../../src/core/syncConfig';
import { SyncError } from '../../src/core/syncError';

const token = 'seeded-token-4711';

function builder(
  changes: Partial<Record<'tenantId' | 'apiUrl' | 'apiToken' | 'servicesPath', string>> = {},
): SyncConfigBuilder {
  const given = {
    tenantId: 't1',
    apiUrl: 'https://api.systemprompt.io',
    apiToken: token,
    servicesPath: '/project/services',
    ...changes,
  };
  return SyncConfig.builder(given.tenantId, given.apiUrl, given.apiToken, given.servicesPath);
}

function refusal(build: () => unknown): SyncError {
  try {
    build();
  } catch (error) {
    if (SyncError.is(error)) return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe('SyncConfig', () => {
  it('starts as a push that is no dry run, in relay mode', () => {
    const config = builder().build();
    expect(config).toMatchObject({
      direction: 'Push',
      dryRun: false,
      verbose: false,
      mode: 'relay',
      origin: undefined,
    });
    expect(config.apiToken).toBe(token);
  });

  it('keeps what its builder was given', () => {
    const config = builder()
      .withDirection('Pull')
      .withDryRun(true)
      .withVerbose(true)
      .withHostname('tenant.example.com')
      .withLocalDatabaseUrl('postgres://u:p@localhost/db')
      .build();
    expect(config).toMatchObject({
      direction: 'Pull',
      dryRun: true,
      verbose: true,
      hostname: 'tenant.example.com',
    });
    expect(config.localDatabaseUrl).toBe('postgres://u:p@localhost/db');
  });

  it('talks to a hostname directly over https, and to an origin as it is', () => {
    expect(builder().withHostname('tenant.example.com:8443').build().origin).toBe(
      'https://tenant.example.com:8443',
    );
    expect(builder().withHostname('a.example.com').withOrigin('http://127.0.0.1:9/').build()).toMatchObject({
      mode: 'direct',
      origin: 'http://127.0.0.1:9',
    });
  });

  it('takes slashes off the end of addresses and keeps their path', () => {
    expect(builder({ apiUrl: 'https://gw.example.com/base//' }).build().apiUrl).toBe(
      'https://gw.example.com/base',
    );
    expect(builder({ apiUrl: 'https://gw.example.com/' }).build().apiUrl).toBe('https://gw.example.com');
  });

  it.each(['http://127.0.0.1:1', 'http://localhost:1', 'http://[::1]:1', 'http://127.8.9.1'])(
    'takes plain http to loopback: %s',
    (apiUrl) => {
      expect(builder({ apiUrl }).build().apiUrl).toBe(apiUrl);
    },
  );

  it.each<[string, string, () => unknown]>([
    ['an empty tenant', 'tenantId', () => builder({ tenantId: ' ' }).build()],
    ['a tenant with control characters', 'tenantId', () => builder({ tenantId: 'a\nb' }).build()],
    ['an address without a scheme', 'apiUrl', () => builder({ apiUrl: 'api.systemprompt.io' }).build()],
    ['an ftp address', 'apiUrl', () => builder({ apiUrl: 'ftp://api.systemprompt.io' }).build()],
    [
      'plain http to another machine',
      'apiUrl',
      () => builder({ apiUrl: 'http://api.systemprompt.io' }).build(),
    ],
    [
      'plain http to a name that only starts like loopback',
      'apiUrl',
      () => builder({ apiUrl: 'http://127.0.0.1.evil.com' }).build(),
    ],
    [
      'credentials in the address',
      'apiUrl',
      () => builder({ apiUrl: 'https://u:hunter2@api.systemprompt.io' }).build(),
    ],
    [
      'a query in the address',
      'apiUrl',
      () => builder({ apiUrl: 'https://api.systemprompt.io/?a=b' }).build(),
    ],
    ['an empty token', 'apiToken', () => builder({ apiToken: '' }).build()],
    ['a token with blanks', 'apiToken', () => builder({ apiToken: `${token} x` }).build()],
    ['a token with a line break', 'apiToken', () => builder({ apiToken: `${token}\n` }).build()],
    ['an empty services path', 'servicesPath', () => builder({ servicesPath: '' }).build()],
    [
      'a hostname with a scheme',
      'hostname',
      () => builder().withHostname('https://tenant.example.com').build(),
    ],
    ['a hostname with a path', 'hostname', () => builder().withHostname('tenant.example.com/x').build()],
    [
      'plain http to an origin elsewhere',
      'origin',
      () => builder().withOrigin('http://tenant.example.com').build(),
    ],
    [
      'a database address of another kind',
      'localDatabaseUrl',
      () => builder().withLocalDatabaseUrl('mysql://u:hunter2@h/d').build(),
    ],
  ])('refuses %s and names the field', (_what, field, build) => {
    const error = refusal(build);
    expect(error).toMatchObject({ code: 'invalidInput', details: { field } });
    expect(error.message).toContain(field);
    expect(error.hint).toBeTruthy();
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/hunter2|seeded-token/);
  });

  it('shows token and database address in no JSON, inspection or copy', () => {
    const made = builder().withLocalDatabaseUrl(`postgres://u:${token}@localhost/db`);
    const config = made.build();
    for (const value of [config, made, { ...config }, Object.entries(config)]) {
      expect(JSON.stringify(value)).not.toContain(token);
      expect(inspect(value, { depth: 9, showHidden: true, getters: false })).not.toContain(token);
    }
  });

  it('does not change once built', () => {
    const config = builder().build();
    expect(() => Object.assign(config, { tenantId: 'other' })).toThrow(TypeError);
  });
});
