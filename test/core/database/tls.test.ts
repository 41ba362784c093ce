import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningPostgres, startPostgres } from '../../../scripts/postgres.mjs';
import { type Database, withDatabase } from '../../../src/core/database/connection';
import { parseDatabaseUrl } from '../../../src/core/database/databaseTarget';
import { quietContext } from '../../../src/core/ports';
import { selfSignedCertificate } from '../../support/selfSignedCertificate';

const forLocalhost = selfSignedCertificate(['localhost']);
let folder: string;
let authority: string;
let otherAuthority: string;
let postgres: RunningPostgres;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tls-'));
  authority = await writeCertificate('authority.crt', forLocalhost.cert);
  otherAuthority = await writeCertificate('other.crt', selfSignedCertificate(['localhost']).cert);
  postgres = await startPostgres();
  await withDatabase(parseDatabaseUrl(postgres.url, 'setup'), { context: quietContext() }, async (db) => {
    await place(db, 'test.crt', forLocalhost.cert);
    await place(db, 'test.key', forLocalhost.key);
    for (const setting of ["ssl_cert_file = 'test.crt'", "ssl_key_file = 'test.key'", 'ssl = on']) {
      await db.query(`ALTER SYSTEM SET ${setting}`);
    }
    await db.query('SELECT pg_reload_conf()');
  });
  while (!(await isEncrypted('127.0.0.1', 'prefer'))) await new Promise((resolve) => setTimeout(resolve, 20));
});
afterAll(async () => {
  await postgres.stop();
  await rm(folder, { recursive: true });
});

describe('sslmode', () => {
  test.each([
    ['127.0.0.1', 'disable', false],
    ['127.0.0.1', 'prefer', true],
    ['127.0.0.1', 'require', true],
    ['127.0.0.1', 'require&sslrootcert=AUTHORITY', true],
    ['127.0.0.1', 'verify-ca&sslrootcert=AUTHORITY', true],
    ['localhost', 'verify-full&sslrootcert=AUTHORITY', true],
  ])('on %s with %s: an encrypted connection is %s', async (host, mode, encrypted) => {
    expect(await isEncrypted(host, mode)).toBe(encrypted);
  });

  test.each([
    ['verify-full with another host name', '127.0.0.1', 'verify-full&sslrootcert=AUTHORITY'],
    ['verify-full without the authority', 'localhost', 'verify-full'],
    ['verify-ca with another authority', '127.0.0.1', 'verify-ca&sslrootcert=ANOTHER'],
    ['require with another authority', '127.0.0.1', 'require&sslrootcert=ANOTHER'],
  ])('refuses %s', async (_what, host, mode) => {
    const error: unknown = await isEncrypted(host, mode).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'database',
      message: expect.stringContaining('certificate') as string,
    });
  });

  test('says which certificate file is missing', async () => {
    await expect(isEncrypted('localhost', 'verify-ca&sslrootcert=/no/such/file')).rejects.toMatchObject({
      code: 'missingConfig',
      message: expect.stringContaining('/no/such/file') as string,
    });
  });
});

describe('cancelling over TLS', () => {
  test('stops the statement on the server', async () => {
    const controller = new AbortController();
    const running = withDatabase(
      parseDatabaseUrl(address('127.0.0.1', 'require'), 'a test'),
      { context: quietContext({ signal: controller.signal }), applicationName: 'sleeps over TLS' },
      (db) => db.query('SELECT pg_sleep(60)'),
    ).catch((error: unknown) => error);
    while ((await sleepers()) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort();
    expect(await running).toMatchObject({ code: 'cancelled', cause: { code: '57014' } });
    expect(await sleepers()).toBe(0);
  });
});

async function sleepers(): Promise<number> {
  const { rowCount } = await withDatabase(
    parseDatabaseUrl(postgres.url, 'a test'),
    { context: quietContext() },
    (db) =>
      db.query(
        "SELECT FROM pg_stat_activity WHERE application_name = 'sleeps over TLS' AND state = 'active'",
      ),
  );
  return rowCount;
}

/** As the server's own account, readable to nobody else: Postgres insists on that for a key. */
async function place(db: Database, name: string, text: string): Promise<void> {
  await db.query(
    `COPY (SELECT '${text.replaceAll('\n', '~')}') TO PROGRAM 'umask 077; tr "~" "\\n" > ${name}'`,
  );
}

function address(host: string, mode: string): string {
  const url = new URL(postgres.url);
  url.hostname = host;
  const certificates = mode.replace('AUTHORITY', authority).replace('ANOTHER', otherAuthority);
  return `${url.href}?sslmode=${certificates}`;
}

async function writeCertificate(name: string, pem: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, pem);
  return encodeURIComponent(file);
}

async function isEncrypted(host: string, mode: string): Promise<boolean | undefined> {
  const target = parseDatabaseUrl(address(host, mode), 'a test');
  const { rows } = await withDatabase(target, { context: quietContext() }, (db) =>
    db.query<{ ssl: boolean }>('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'),
  );
  return rows[0]?.ssl;
}
