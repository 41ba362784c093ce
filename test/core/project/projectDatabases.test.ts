import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { describeProject } from '../../../src/core/project/describeProject';
import { discoverProject } from '../../../src/core/project/discoverProject';
import { type Project, requireDatabase } from '../../../src/core/project/project';
import { SyncError } from '../../../src/core/syncError';
import { profileFile, projectWith } from './projectFiles';

const secret = 'zQ9-s3cret%2FValue';
const urlOf = (host: string): string => `postgres://ann:${secret}@${host}/app`;
const services = { 'services/content/config.yaml': 'content_sources: {}\n' };
const secrets = (values: unknown): Record<string, unknown> => ({
  '.systemprompt/profiles/dev/secrets.json': values,
});
const external = 'database: {type: postgres, external_db_access: true}\n';

async function discover(
  files: Readonly<Record<string, unknown>>,
  more: Partial<Parameters<typeof discoverProject>[0]> = {},
): Promise<Project> {
  return discoverProject({ start: await projectWith({ ...services, ...files }), env: {}, ...more });
}

describe('the database', () => {
  test.each([
    [
      'the option',
      { databaseUrl: urlOf('option'), env: { DATABASE_URL: urlOf('env') } },
      '',
      'option',
      /^--database-url$/,
    ],
    ['the environment’s', { env: { DATABASE_URL: urlOf('env') } }, '', 'env', /^env DATABASE_URL$/],
    ['the profile’s', {}, '', 'inner', /^database_url in .*secrets\.json \(profile dev\)$/],
    ['the external one where access is open', {}, external, 'outer', /^external_database_url in /],
    [
      'that of secrets from the environment',
      { env: { DATABASE_URL: urlOf('env') } },
      'secrets: {source: env}\n',
      'env',
      /DATABASE_URL/,
    ],
    ['in a secrets file elsewhere', {}, 'secrets: {secrets_path: ../../mine.json}\n', 'mine', /mine\.json/],
  ])('is %s', async (_which, options, more, host, from) => {
    const project = await discover(
      {
        ...profileFile('dev', more),
        ...secrets({ database_url: urlOf('inner'), external_database_url: urlOf('outer'), gemini: null }),
        '.systemprompt/mine.json': { database_url: urlOf('mine') },
      },
      options,
    );
    expect(requireDatabase(project).host).toBe(host);
    expect(project.provenance.database).toMatch(from);
  });

  test('of the environment that hides the profile’s is pointed out', async () => {
    const files = { ...profileFile('dev'), ...secrets({ database_url: urlOf('inner') }) };
    const hidden = await discover(files, { env: { DATABASE_URL: urlOf('env') } });
    expect(hidden.warnings.join()).toMatch(
      /env DATABASE_URL .*env:5432.* instead of .*inner:5432.* profile dev/,
    );
    expect((await discover(files, { env: { DATABASE_URL: urlOf('inner') } })).warnings).toEqual([]);
  });

  test.each([
    ['there is no profile', {}, /no profile in use/],
    ['there is no secrets file', profileFile('dev'), /secrets\.json of profile dev does not exist/],
    [
      'the secrets hold none',
      { ...profileFile('dev'), ...secrets({ gemini: 'x', database_url: null }) },
      /no database_url in .*secrets\.json/,
    ],
  ])('may be missing: %s', async (_why, files, lookedFor) => {
    const project = await discover(files);
    expect(project.database).toBeUndefined();
    expect(project.databaseProblem).toBeUndefined();
    expect(project.provenance.database).toMatch(lookedFor);
    expect(catchError(() => requireDatabase(project))).toMatchObject({
      code: 'missingConfig',
      message: expect.stringMatching(lookedFor) as string,
      hint: expect.stringContaining('--database-url') as string,
    });
  });

  test.each([
    ['is masked', { database_url: 'postgres://ann:***@h/app' }, /masked/],
    ['is masked with eight asterisks', { database_url: 'postgres://ann:********@h/app' }, /masked/],
    ['is no Postgres URL', { database_url: `mysql://ann:${secret}@h/app` }, /mysql/],
    ['has the wrong type', { database_url: 5 }, /database_url has the wrong type/],
    ['stands in a damaged file', `{"database_url": "${urlOf('h')}", }`, /not valid JSON/],
    ['stands in a damaged file without quotes', `{"database_url": ${urlOf('h')}}`, /not valid JSON/],
  ])('of the secrets that %s is a problem to show, not the end', async (_what, content, words) => {
    const project = await discover({ ...profileFile('dev'), ...secrets(content) });
    expect(project.database).toBeUndefined();
    expect(project.warnings.join()).toMatch(words);
    const error = catchError(() => requireDatabase(project));
    expect(error).toMatchObject({ code: 'invalidInput', message: expect.stringMatching(words) as string });
    expect(error.message).toContain('secrets.json');
    expectNoSecret(project, describeProject(project), error);
  });

  test.each([
    ['--database-url', { databaseUrl: `mysql://ann:${secret}@h/app` }],
    ['env DATABASE_URL', { env: { DATABASE_URL: `postgres://ann:${secret}@h` } }],
    ['--cloud-database-url', { cloudDatabaseUrl: 'postgres://ann:***@h/app' }],
    ['env SYSTEMPROMPT_CLOUD_DATABASE_URL', { env: { SYSTEMPROMPT_CLOUD_DATABASE_URL: secret } }],
  ])('given by %s has to be usable', async (from, options) => {
    const error = await discover(profileFile('dev'), options).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'invalidInput', message: expect.stringContaining(from) as string });
    expectNoSecret(error);
  });
});

describe('the cloud database', () => {
  const tenants = (tenant: object): Record<string, unknown> => ({
    ...profileFile('dev', 'cloud: {tenant_id: t-1}\n'),
    '.systemprompt/tenants.json': { tenants: [{ id: 't-1', name: 'One', ...tenant }] },
  });
  const open = { tenant_type: 'cloud', external_db_access: true };

  test.each([
    ['the option', { cloudDatabaseUrl: urlOf('option') }, open, 'option'],
    ['the environment’s', { env: { SYSTEMPROMPT_CLOUD_DATABASE_URL: urlOf('env') } }, open, 'env'],
    ['the stored one of an open tenant', {}, { ...open, database_url: urlOf('stored') }, 'stored'],
    [
      'asked for when access is closed',
      {},
      { tenant_type: 'cloud', database_url: urlOf('stored') },
      undefined,
    ],
    [
      'asked for when the stored one is masked',
      {},
      { ...open, database_url: 'postgres://a:***@h/x' },
      undefined,
    ],
    [
      'not that of a local tenant',
      {},
      { tenant_type: 'local', external_db_access: true, database_url: urlOf('local') },
      undefined,
    ],
  ])('is %s', async (_which, options, tenant, host) => {
    const project = await discover(tenants(tenant), options);
    expect(project.cloudDatabase?.host).toBe(host);
    if (host === undefined) expect(project.provenance.cloudDatabase).toContain('API');
  });
});

describe('project show', () => {
  const files = {
    ...profileFile('dev', 'runtime: {environment: production}\ncloud: {tenant_id: t-1}\n'),
    ...secrets({ database_url: urlOf('inner'), oauth_at_rest_pepper: `pepper-${secret}` }),
    '.systemprompt/tenants.json': {
      tenants: [
        {
          id: 't-1',
          name: 'One',
          hostname: 'one.example.com',
          tenant_type: 'cloud',
          external_db_access: true,
          database_url: urlOf('stored'),
        },
      ],
    },
    '.systemprompt/credentials.json': {
      api_token: `token-${secret}`,
      api_url: `https://ann:${secret}@api.example.com`,
    },
    '.systemprompt/sessions/index.json': {
      active_profile_name: 'dev',
      sessions: { x: { session_token: secret } },
    },
  };

  test('says every value and where it came from', async () => {
    const project = await discover(files);
    const shown = describeProject(project);
    expect(shown).toMatchObject({
      root: { value: project.root, from: '.systemprompt/' },
      services: { from: 'profile dev (paths.services)' },
      profile: { value: 'dev', display_name: 'The dev one', target: 'local', environment: 'production' },
      profiles_available: ['dev'],
      database: { value: 'postgres://ann:***@inner:5432/app', host: 'inner', production: true },
      cloud_database: { value: 'postgres://ann:***@stored:5432/app', from: 'tenants.json (tenant One)' },
      tenant: { value: 't-1', name: 'One', hostname: 'one.example.com' },
      mode: { value: 'direct' },
      origin: 'https://one.example.com',
      api_url: { value: 'https://api.example.com', from: '.systemprompt/credentials.json' },
    });
    expect(JSON.parse(JSON.stringify(shown))).toEqual(shown);
  });

  test('shows no secret, and neither does printing the project', async () => {
    const project = await discover(files, { origin: `https://ann:${secret}@one.example.com` });
    expect(project.tenant.origin).toBe('https://one.example.com');
    expect(project.warnings).toHaveLength(2);
    expectNoSecret(describeProject(project), project, { ...project.database }, { ...project.cloudDatabase });
  });

  test('says what is missing', async () => {
    const shown = describeProject(await discover({}));
    expect(shown).toMatchObject({
      profile: { value: null },
      database: { value: null, from: expect.stringContaining('DATABASE_URL') as string },
      tenant: { value: null },
      mode: { value: 'none' },
      origin: null,
    });
  });

  test.each([
    ['postgres:///app?host=/run/pg', 'postgres://ann:***@/app?host=/run/pg&port=5432'],
    ['postgres://[::1]:7/app', 'postgres://ann:***@[::1]:7/app'],
  ])('masks %s', async (url, masked) => {
    const withCredentials = url.replace('://', `://ann:${secret}@`);
    const shown = describeProject(await discover({}, { databaseUrl: withCredentials }));
    expect(shown.database.value).toBe(masked);
  });
});

function expectNoSecret(...values: unknown[]): void {
  for (const value of values) {
    const everything = `${inspect(value, { depth: 12, showHidden: true })}${JSON.stringify(value)}`;
    for (const spelling of [secret, decodeURIComponent(secret), 'zQ9'])
      expect(everything).not.toContain(spelling);
  }
}

function catchError(run: () => unknown): SyncError {
  try {
    run();
  } catch (error) {
    if (SyncError.is(error)) return error;
    throw error;
  }
  throw new Error('It did not throw.');
}
