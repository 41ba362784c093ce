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
