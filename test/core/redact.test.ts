import { describe, expect, test } from 'vitest';
import type { Logger } from '../../src/core/ports';
import { createRedactor, redact, redactingLogger } from '../../src/core/redact';

const secret = 'zQ9-s3cret_Value';
const jwt = `eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.${secret}`;

describe('redact', () => {
  test.each([
    [`postgres://ann:${secret}@h:5432/app?x=1`, 'postgres://ann:***@h:5432/app?x=1'],
    [`postgresql://ann:a/b@${secret}@h/app`, 'postgresql://ann:***@h/app'],
    [`see https://ann:${secret}@h/x.`, 'see https://ann:***@h/x.'],
    [`https://${secret}@h/x`, 'https://***@h/x'],
    [`{"url":"postgres://a:${secret}@h/b"}`, '{"url":"postgres://a:***@h/b"}'],
    [`Authorization: Bearer ${secret}`, 'Authorization: Bearer ***'],
    [`authorization: bearer ${jwt}`, 'authorization: bearer ***'],
    [`Authorization: Basic ${Buffer.from(`u:${secret}`).toString('base64')}`, 'Authorization: Basic ***'],
    [`found ${jwt} there`, 'found *** there'],
    [`FlyV1 fm2_${secret},fm2_other${secret}`, 'FlyV1 ***'],
    [`token fm2_${secret} here`, 'token *** here'],
    [`host=h password=${secret} dbname=x`, 'host=h password=*** dbname=x'],
    [`password='two words ${secret}' x`, 'password=*** x'],
    [`PGPASSWORD=${secret} psql`, 'PGPASSWORD=*** psql'],
    [`SYSTEMPROMPT_API_TOKEN=${secret}`, 'SYSTEMPROMPT_API_TOKEN=***'],
    [`{"api_token": "${secret}", "n": 1}`, '{"api_token": ***, "n": 1}'],
    [`{"oauth_at_rest_pepper":"${secret}"}`, '{"oauth_at_rest_pepper":***}'],
    [`/x?access_token=${secret}&a=1`, '/x?access_token=***&a=1'],
    [`client_secret: ${secret}\nname: x`, 'client_secret: ***\nname: x'],
    [`ghp_${'a1'.repeat(18)}`, '***'],
    [`-----BEGIN EC PRIVATE KEY-----\n${secret}\n-----END EC PRIVATE KEY-----\nrest`, '***\nrest'],
    [`-----BEGIN PRIVATE KEY-----\n${secret}`, '***'],
  ])('masks %s', (text, masked) => {
    expect(redact(text)).toBe(masked);
    expect(redact(text)).not.toContain(secret);
  });

  test.each([
    'postgres on db.example.com:5432/app',
    'https://api.example.com:8443/users/ann@example.com',
    'postgres://ann@h/app',
    'Postgres at h:5432 refused the password of user "ann".',
    'services/content/config.yaml, line 3, column 7: source must be a mapping.',
    'Basic authentication is not supported.',
    'git@github.com:owner/name.git',
  ])('leaves alone: %s', (text) => {
    expect(redact(text)).toBe(text);
  });

  test('copes with a megabyte that almost looks like secrets', () => {
    const text = `${'a:'.repeat(250_000)}${'eyJ'.repeat(100_000)}${'://x:'.repeat(2_000)}`;
    expect(redact(text).length).toBeGreaterThan(0);
  });
});

describe('a redactor', () => {
  test('masks registered secrets in every spelling', () => {
    const odd = 'p"ä/ß word';
    const redactor = createRedactor([odd]);
    for (const spelling of [odd, encodeURIComponent(odd), JSON.stringify({ odd })]) {
      expect(redactor(`before ${spelling} after`)).toMatch(/^before (?:\{"odd":")?\*\*\*(?:"\})? after$/);
    }
  });

  test('masks the password of a registered URL wherever it stands', () => {
    const redactor = createRedactor([`postgres://ann:${secret}%21@h/app`]);
    expect(redactor(`it was ${secret}! or ${secret}%21`)).toBe('it was *** or ***');
  });

  test('masks what was added later, and the longer of two secrets as a whole', () => {
    const redactor = createRedactor(['abcdef']);
    expect(redactor('later-1')).toBe('later-1');
    redactor.add('later-1', 'abcdef-longer');
    expect(redactor('later-1 abcdef-longer abcdef')).toBe('*** *** ***');
  });

  test('leaves short values and passwords that are plain words readable', () => {
    const redactor = createRedactor(['', 'app', 'postgres://postgres:postgres@h/app']);
    expect(redactor('postgres on h:5432/app')).toBe('postgres on h:5432/app');
    expect(redactor('postgres://postgres:postgres@h/app')).toBe('***');
  });
});

test('a redacting logger masks on every level', () => {
  const lines: string[] = [];
  const log = (message: string): void => void lines.push(message);
  const target: Logger = { trace: log, debug: log, info: log, warn: log, error: log };
  const logger = redactingLogger(target, createRedactor([secret]));
  for (const level of ['trace', 'debug', 'info', 'warn', 'error'] as const)
    logger[level](`${level} ${secret}`);
  expect(lines).toEqual(['trace ***', 'debug ***', 'info ***', 'warn ***', 'error ***']);
});
