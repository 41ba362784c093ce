import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  Credentials,
  credentialsPath,
  readCredentials,
  removeCredentials,
  writeCredentials,
} from '../../../src/core/signIn/credentials';

const token = 'seeded-credential-4f';
const stored = {
  api_token: token,
  api_url: 'https://api.systemprompt.io',
  authenticated_at: '2026-01-02T03:04:05Z',
  user_email: 'ops@example.com',
  last_validated_at: null,
};

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sync-credentials-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function store(content: string): Promise<void> {
  await mkdir(join(root, '.systemprompt'), { recursive: true });
  await writeFile(credentialsPath(root), content);
}

describe('credentials', () => {
  it('are read as the systemprompt CLI writes them', async () => {
    await store(JSON.stringify(stored));
    const read = await readCredentials(root);
    expect(read).toMatchObject({
      apiUrl: stored.api_url,
      userEmail: stored.user_email,
      authenticatedAt: stored.authenticated_at,
    });
    expect(read?.apiToken).toBe(token);
  });

  it('are none without a file', async () => {
    expect(await readCredentials(root)).toBeUndefined();
    expect(await removeCredentials(root)).toBe(false);
  });

  it.each<[string, string]>([
    ['no JSON', `{"api_token":"${token}" oops`],
    ['no object', `["${token}"]`],
    ['an empty token', JSON.stringify({ ...stored, api_token: '' })],
    ['a token with blanks', JSON.stringify({ ...stored, api_token: `${token} x` })],
    ['no address', JSON.stringify({ ...stored, api_url: 'nonsense' })],
    ['no e-mail address', JSON.stringify({ ...stored, user_email: token })],
    ['a number for a token', JSON.stringify({ ...stored, api_token: 5 })],
  ])('that hold %s are refused without showing any of them', async (_what, content) => {
    await store(content);
    const error: unknown = await readCredentials(root).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'invalidInput' });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(token);
    expect(inspect(error)).toContain('credentials.json');
  });

  it('are written for their owner only, with the keys of others kept and nothing left beside them', async () => {
    await store(JSON.stringify({ ...stored, future_key: { a: 1 } }));
    await writeCredentials(
      root,
      new Credentials({ apiToken: 'new-token', apiUrl: 'https://other.example.com', userEmail: 'a@b.c' }),
    );
    expect(JSON.parse(await readFile(credentialsPath(root), 'utf8'))).toEqual({
      future_key: { a: 1 },
      api_token: 'new-token',
      api_url: 'https://other.example.com',
      user_email: 'a@b.c',
      authenticated_at: null,
      last_validated_at: null,
    });
    if (process.platform !== 'win32') expect((await stat(credentialsPath(root))).mode & 0o777).toBe(0o600);
    expect((await readdir(join(root, '.systemprompt'))).sort()).toEqual(['.gitignore', 'credentials.json']);
    expect((await readCredentials(root))?.apiToken).toBe('new-token');
  });

  it('are kept out of git, without touching a .gitignore that is there', async () => {
    await writeCredentials(
      root,
      new Credentials({ apiToken: 't', apiUrl: 'https://a.b', userEmail: 'a@b.c' }),
    );
    const ignore = join(root, '.systemprompt', '.gitignore');
    expect((await readFile(ignore, 'utf8')).split('\n')).toContain('credentials.json');
    await writeFile(ignore, '*\n');
    await writeCredentials(
      root,
      new Credentials({ apiToken: 't', apiUrl: 'https://a.b', userEmail: 'a@b.c' }),
    );
    expect(await readFile(ignore, 'utf8')).toBe('*\n');
  });

  it('do not replace a file that cannot be understood', async () => {
    await store('not json');
    await expect(
      writeCredentials(root, new Credentials({ apiToken: 't', apiUrl: 'https://a.b', userEmail: 'a@b.c' })),
    ).rejects.toMatchObject({
      code: 'invalidInput',
    });
    expect(await readFile(credentialsPath(root), 'utf8')).toBe('not json');
  });

  it('are forgotten on sign-out', async () => {
    await store(JSON.stringify(stored));
    expect(await removeCredentials(root)).toBe(true);
    expect(await readCredentials(root)).toBeUndefined();
  });

  it('show their token in no JSON or inspection', () => {
    const credentials = new Credentials({ apiToken: token, apiUrl: 'https://a.b', userEmail: 'a@b.c' });
    expect(JSON.stringify(credentials)).not.toContain(token);
    expect(inspect(credentials, { showHidden: true, depth: 9 })).not.toContain(token);
  });
});
