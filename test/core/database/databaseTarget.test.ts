import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parseDatabaseUrl } from '../../../src/core/database/databaseTarget';
import { isLoopbackHost } from '../../../src/core/database/loopbackHost';
import { parsePostgresUrl } from '../../../src/core/database/postgresUrl';
import { SyncError } from '../../../src/core/syncError';

const password = 'h!nter2-Secret';

describe('parsePostgresUrl', () => {
  test.each([
    {
      url: 'postgres://ann:pw@db.example.com:6543/app',
      parts: { host: 'db.example.com', port: 6543, user: 'ann', password: 'pw', database: 'app' },
    },
    {
      url: 'postgresql://ann@DB.Example.com./app',
      parts: { host: 'db.example.com', port: 5432, user: 'ann', password: undefined, database: 'app' },
    },
    {
      url: 'postgres://a%40b:p%3Aw%2F%25@h/na%20me',
      parts: { host: 'h', user: 'a@b', password: 'p:w/%', database: 'na me' },
    },
    { url: 'postgres://ann:p@s:s@h/app', parts: { host: 'h', user: 'ann', password: 'p@s:s' } },
    { url: 'postgres://ann:p#w@h/app', parts: { host: 'h', password: 'p#w', database: 'app' } },
    { url: 'postgres://ann@[::1]:7000/app', parts: { host: '::1', port: 7000 } },
    { url: 'postgres:///app?host=/run/postgresql&port=5433', parts: { host: '/run/postgresql', port: 5433 } },
    { url: 'postgres://ann:pw@/app?host=/run/pg', parts: { host: '/run/pg', user: 'ann', password: 'pw' } },
    { url: 'postgres://%2Frun%2Fpg/app', parts: { host: '/run/pg', database: 'app' } },
    { url: 'postgres:///app', parts: { host: 'localhost', port: 5432 } },
    {
      url: 'postgres://h/?dbname=app&user=ann&password=pw',
      parts: { user: 'ann', password: 'pw', database: 'app' },
    },
    { url: ' postgres://h/app?sslmode=verify-full ', parts: { sslmode: 'verify-full' } },
    { url: 'postgres://h/app?ssl=true', parts: { sslmode: 'require' } },
    { url: 'postgres://h/app', parts: { sslmode: undefined, options: undefined } },
    { url: 'postgres://h/app?sslrootcert=/ca.pem', parts: { certificates: { root: '/ca.pem' } } },
    { url: 'postgres://h/app?options[search_path]=a%20b', parts: { options: '-c search_path=a\\ b' } },
  ])('reads $url', ({ url, parts }) => {
    expect(parsePostgresUrl(url, 'a test')).toMatchObject(parts);
  });

  test.each([
    ['no scheme', `ann:${password}@h/app`],
    ['another scheme', `mysql://ann:${password}@h/app`],
    ['no database', `postgres://ann:${password}@h`],
    ['an empty database', `postgres://ann:${password}@h/`],
    ['a slash in the password', `postgres://ann:12/${password}@h:5432/app`],
    ['a port out of range', `postgres://ann:${password}@h:65536/app`],
    ['port 0', `postgres://ann:${password}@h:0/app`],
    ['a bad escape in the password', `postgres://ann:%zz${password}@h/app`],
    ['an unknown sslmode', `postgres://ann:${password}@h/app?sslmode=${password}`],
    ['several hosts', `postgres://ann:${password}@h1,h2/app`],
    ['an open bracket', `postgres://ann:${password}@[::1/app`],
    ['nothing', ''],
  ])('refuses %s, naming the setting and nothing of the URL', (_what, url) => {
    const error = catchError(() => parsePostgresUrl(url, '--database-url'));
    expect(SyncError.is(error, 'invalidInput')).toBe(true);
    expect((error as SyncError).message).toContain('--database-url');
    expect((error as SyncError).hint).toBeTruthy();
    expect(everythingOf(error)).not.toContain(password);
  });
});

describe('a database target', () => {
  test('prints, inspects and serialises without its password', () => {
    const url = `postgres://ann:${encodeURIComponent(password)}@db.example.com/app`;
    const target = parseDatabaseUrl(url, 'a test');
    for (const shown of [
      inspect(target, { depth: 9, showHidden: true }),
      JSON.stringify(target),
      inspect(target, { getters: true }),
    ]) {
      expect(shown).not.toContain(password);
      expect(shown).not.toContain(encodeURIComponent(password));
    }
    expect(JSON.stringify({ ...target })).not.toContain('nter2');
    expect(target.url()).toBe(url);
  });

  test.each([
    ['postgres://ann@DB.example.com/App', 'postgres:db.example.com:5432/App'],
    ['postgresql://bob:x@db.example.com:5432/App?sslmode=require', 'postgres:db.example.com:5432/App'],
    ['postgres://[::1]:9/a', 'postgres:[::1]:9/a'],
    ['postgres:///a?host=/run/pg', 'postgres:/run/pg:5432/a'],
  ])('names %s by host, port and name alone', (url, identity) => {
    expect(parseDatabaseUrl(url, 'a test').identity).toBe(identity);
  });

  test.each([
    ['postgres://localhost/a', 'disable', true],
    ['postgres:///a?host=/run/pg', 'disable', true],
    ['postgres://db.example.com/a', 'require', false],
    ['postgres://10.0.0.4/a', 'require', false],
    ['postgres://db.example.com/a?sslmode=verify-full', 'verify-full', false],
    ['postgres://localhost/a?sslmode=require', 'require', true],
  ])('takes %s for sslmode %s', (url, sslmode, loopback) => {
    expect(parseDatabaseUrl(url, 'a test')).toMatchObject({ sslmode, loopback, warnings: [] });
  });

  test.each(['disable', 'prefer', 'allow'])('warns about sslmode=%s on a remote host', (sslmode) => {
    const target = parseDatabaseUrl(`postgres://db.example.com/a?sslmode=${sslmode}`, 'env DATABASE_URL');
    expect(target.sslmode).toBe(sslmode);
    expect(target.warnings.join()).toContain(`env DATABASE_URL says sslmode=${sslmode}`);
    expect(parseDatabaseUrl(`postgres://localhost/a?sslmode=${sslmode}`, 'x').warnings).toEqual([]);
  });
});

describe('production', () => {
  test.each([
    ['a loopback host', 'postgres://127.0.0.1/a', {}, false],
    ['a remote host', 'postgres://db.example.com/a', {}, true],
    [
      'a remote host marked by name',
      'postgres://db.example.com/a',
      { nonProduction: ['DB.example.com'] },
      false,
    ],
    [
      'a remote host marked with its port',
      'postgres://db.example.com/a',
      { nonProduction: ['db.example.com:5432'] },
      false,
    ],
    [
      'a remote host marked with another port',
      'postgres://db.example.com/a',
      { nonProduction: ['db.example.com:1'] },
      true,
    ],
    ['a database marked by identity', 'postgres://h/a', { nonProduction: ['postgres:h:5432/a'] }, false],
    [
      'a host whose suffix is marked',
      'postgres://db.example.com/a',
      { nonProduction: ['example.com'] },
      true,
    ],
    [
      'a loopback host of a production profile',
      'postgres://localhost/a',
      { productionProfile: 'prod' },
      true,
    ],
    [
      'a marked host of a production profile',
      'postgres://h/a',
      { productionProfile: 'profile prod is production', nonProduction: ['h'] },
      true,
    ],
  ])('judges %s', (_what, url, judgement, production) => {
    const target = parseDatabaseUrl(url, 'a test', judgement);
    expect(target.production).toBe(production);
    expect(target.productionReason === null).toBe(!production);
  });

  test.each([
    ['localhost', true],
    ['LOCALHOST', true],
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['::1', true],
    ['[::1]', true],
    ['::ffff:127.0.0.1', true],
    ['::ffff:7f00:1', true],
    ['/run/postgresql', true],
    ['127.0.0.1.example.com', false],
    ['localhost.example.com', false],
    ['128.0.0.1', false],
    ['0.0.0.0', false],
    ['::ffff:10.0.0.1', false],
    ['::2', false],
    ['', false],
  ])('tells whether %s is this machine', (host, loopback) => {
    expect(isLoopbackHost(host)).toBe(loopback);
  });
});

function catchError(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('It did not throw.');
}

function everythingOf(error: unknown): string {
  return inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error);
}
