import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  Credentials,
  hasCredentials,
  removeCredentials,
  writeCredentials,
} from '../../../src/core/signIn/credentials';
import { findOperatorToken } from '../../../src/core/signIn/operatorToken';
import { SyncError } from '../../../src/core/syncError';
import { sampleProject } from '../../ui/sampleProject';

const apiUrl = 'https://api.example.com';
const login = new Credentials({ apiToken: 'login-t0ken', apiUrl, userEmail: 'ann@example.com' });

describe('the operator token', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'token-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('is that of the host, then of the environment, then of the stored login', async () => {
    await writeCredentials(root, login);
    const project = sampleProject({ root, apiUrl, mode: 'relay' });
    const env = { SYSTEMPROMPT_API_TOKEN: 'shell-t0ken' };
    const found = await Promise.all([
      findOperatorToken(project, { env, apiToken: 'host-t0ken' }),
      findOperatorToken(project, { env, apiToken: '' }),
      findOperatorToken(project, { env: { SYSTEMPROMPT_API_TOKEN: '' } }),
    ]);
    expect(found.map(({ from, value }) => [from, value()])).toEqual([
      ['host', 'host-t0ken'],
      ['environment', 'shell-t0ken'],
      ['login', 'login-t0ken'],
    ]);
    expect(inspect(found, { depth: 5 }) + JSON.stringify(found)).not.toContain('t0ken');
  });

  it('is not handed to another control plane than the one that gave it', async () => {
    await writeCredentials(root, login);
    const elsewhere = sampleProject({ root, apiUrl: 'https://evil.example.com', mode: 'relay' });
    const error = await findOperatorToken(elsewhere, { env: {} }).catch((thrown: unknown) => thrown);
    expect(SyncError.is(error, 'unauthorized') && error.details).toEqual({ reason: 'notSignedIn' });
    expect(String(error)).toContain('evil.example.com');
    expect(String(error)).not.toContain('t0ken');
  });

  describe('of a login, where files go to the tenant directly,', () => {
    const hostname = 'one.example.com';
    const direct = (origin: string, changes: { apiUrl?: string; hostname?: string | undefined } = {}) =>
      sampleProject({
        root,
        apiUrl: changes.apiUrl ?? apiUrl,
        mode: 'direct',
        tenant: { id: 'one', origin, ...('hostname' in changes ? {} : { hostname }) },
      });

    it.each([
      ['the host of the tenant as tenants.json names it', () => direct('https://one.example.com/')],
      ['the control plane that gave it', () => direct(apiUrl, { hostname: undefined })],
    ])('is handed to %s', async (_name, project) => {
      await writeCredentials(root, login);
      expect((await findOperatorToken(project(), { env: {} })).value()).toBe('login-t0ken');
    });

    it.each([
      ['another host', () => direct('https://evil.example.com')],
      ['a host that nothing names', () => direct('https://one.example.com', { hostname: undefined })],
      ['another port of the host', () => direct('https://one.example.com:8443')],
      ['the host without TLS', () => direct('http://one.example.com')],
      ['a host that begins like it', () => direct('https://one.example.com.evil.example')],
      ['this machine', () => direct('http://127.0.0.1:8081')],
      [
        'another control plane beside it',
        () => direct('https://one.example.com', { apiUrl: 'https://evil.example.com' }),
      ],
    ])('is not handed to %s', async (_name, project) => {
      await writeCredentials(root, login);
      const error = await findOperatorToken(project(), { env: {} }).catch((thrown: unknown) => thrown);
      expect(SyncError.is(error, 'unauthorized') && error.details).toEqual({ reason: 'notSignedIn' });
      expect(SyncError.is(error) && error.hint).toContain('SYSTEMPROMPT_API_TOKEN');
      expect(String(error)).not.toContain('t0ken');
      const given = await findOperatorToken(project(), { env: { SYSTEMPROMPT_API_TOKEN: 'its-own' } });
      expect(given.value()).toBe('its-own');
    });
  });

  it('is missed by its own reason after signing out', async () => {
    await writeCredentials(root, login);
    expect(await hasCredentials(root)).toBe(true);
    expect(await removeCredentials(root)).toBe(true);
    expect(await hasCredentials(root)).toBe(false);
    const error = await findOperatorToken(sampleProject({ root }), { env: {} }).catch(
      (thrown: unknown) => thrown,
    );
    expect(SyncError.is(error, 'unauthorized') && error.details).toEqual({ reason: 'notSignedIn' });
  });
});
