import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { markNonProduction } from '../../../src/core/database/targets';
import { discoverProject } from '../../../src/core/project/discoverProject';
import { listProductionTargets } from '../../../src/core/project/productionTargets';
import { requireDatabase } from '../../../src/core/project/project';
import { profileFile, projectWith } from './projectFiles';

const services = { 'services/content/config.yaml': 'content_sources: {}\n' };
const discover = (start: string, more: Partial<Parameters<typeof discoverProject>[0]> = {}) =>
  discoverProject({ start, env: {}, ...more });

describe('the root', () => {
  test.each([
    ['the folder itself', '.', { ...services }],
    ['a folder above the start', 'services/content/blog', { ...services, 'services/content/blog/a.md': '' }],
    ['a file inside', 'services/content/config.yaml', { ...services }],
    ['.systemprompt/ without content', 'deep/er', { '.systemprompt/': '', 'services/': '', 'deep/er/': '' }],
  ])('is found from %s', async (_from, start, files) => {
    const root = await projectWith(files);
    const project = await discover(path.join(root, start));
    expect(project).toMatchObject({ root, servicesDir: path.join(root, 'services') });
  });

  test('is the nearest one of two', async () => {
    const outer = await projectWith({ ...services, 'inner/.systemprompt/': '', 'inner/services/': '' });
    expect((await discover(path.join(outer, 'inner', 'services'))).root).toBe(path.join(outer, 'inner'));
  });

  test('is real when the start is a symbolic link', async () => {
    const root = await projectWith({ ...services, 'elsewhere/': '' });
    const link = path.join(await projectWith({}), 'link');
    await symlink(root, link);
    expect((await discover(link)).root).toBe(root);
  });

  test.each([
    ['there is no marker', 'plain', { 'plain/services/': '' }],
    ['.systemprompt is a file', '.', { '.systemprompt': '' }],
    ['the start does not exist', 'nowhere', {}],
  ])('is not found when %s', async (_why, start, files) => {
    const folder = path.join(await projectWith(files), start);
    await expect(discover(folder)).rejects.toMatchObject({
      code: 'notProjectRoot',
      message: expect.stringContaining(folder) as string,
      hint: expect.stringContaining('--project') as string,
    });
  });
});

describe('the profile', () => {
  const two = { ...services, ...profileFile('dev'), ...profileFile('prod') };
  const session = (name: string) => ({
    '.systemprompt/sessions/index.json': { version: 1, active_profile_name: name },
  });

  test.each([
    ['the only one', { ...services, ...profileFile('dev') }, {}, 'dev', 'the only profile'],
    ['the one that is asked for', { ...two, ...session('dev') }, { profile: 'prod' }, 'prod', '--profile'],
    [
      'the environment’s',
      { ...two, ...session('dev') },
      { env: { SYSTEMPROMPT_PROFILE: 'prod' } },
      'prod',
      'env SYSTEMPROMPT_PROFILE',
    ],
    ['the session’s', { ...two, ...session('prod') }, {}, 'prod', '.systemprompt/sessions/index.json'],
    [
      'that of the active session',
      {
        ...two,
        '.systemprompt/sessions/index.json': {
          active_key: 'local',
          sessions: { local: { profile_name: 'dev' } },
        },
      },
      {},
      'dev',
      '.systemprompt/sessions/index.json',
    ],
    [
      'the old session’s',
      { ...two, '.systemprompt/session.json': { profile_name: 'dev' } },
      {},
      'dev',
      '.systemprompt/session.json',
    ],
    ['a path to its folder', two, { profile: './.systemprompt/profiles/dev' }, 'dev', '--profile'],
    ['a path to its file', two, { profile: '.systemprompt/profiles/prod/profile.yaml' }, 'prod', '--profile'],
  ])('is %s', async (_which, files, options, name, from) => {
    const project = await discover(await projectWith(files), options);
    expect(project.profile).toMatchObject({
      name,
      displayName: `The ${name} one`,
      target: 'local',
      environment: null,
    });
    expect(project.provenance.profile).toBe(from);
    expect(project.warnings).toEqual([]);
  });

  test('may lie below the home folder of the environment', async () => {
    const home = await projectWith({ 'mine.yaml': 'name: mine\n' });
    const project = await discover(await projectWith(services), {
      profile: '~/mine.yaml',
      env: { HOME: home },
    });
    expect(project.profile?.name).toBe('mine');
  });

  test('is open when there are several, which a warning lists', async () => {
    const project = await discover(await projectWith({ ...two, ...profileFile('beta') }));
    expect(project.profile).toBeUndefined();
    expect(project.profilesAvailable).toEqual(['beta', 'dev', 'prod']);
    expect(project.warnings.join()).toContain('beta, dev, prod');
    expect(() => requireDatabase(project)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('beta | dev | prod') as string }) as Error,
    );
  });

  test('of a session that no longer exists is passed over with a warning', async () => {
    const project = await discover(
      await projectWith({ ...services, ...profileFile('dev'), ...session('gone') }),
    );
    expect(project.profile?.name).toBe('dev');
    expect(project.warnings.join()).toContain('"gone"');
  });

  test.each([
    ['an option', { profile: 'nope' }, '--profile'],
    ['the environment', { env: { SYSTEMPROMPT_PROFILE: 'nope' } }, 'env SYSTEMPROMPT_PROFILE'],
    ['a path', { profile: './nope.yaml' }, '--profile'],
  ])('named by %s has to exist', async (_how, options, from) => {
    await expect(discover(await projectWith(two), options)).rejects.toMatchObject({
      code: 'missingConfig',
      message: expect.stringMatching(new RegExp(`nope.*${from}.*dev, prod`)) as string,
    });
  });

  test('takes ${NAME} from the environment, but no secret', async () => {
    const more = 'cloud:\n  tenant_id: ${MY_TENANT}\nruntime:\n  environment: ${SYSTEMPROMPT_API_TOKEN}\n';
    const root = await projectWith({ ...services, ...profileFile('dev', more) });
    const env = { MY_TENANT: 't-1', SYSTEMPROMPT_API_TOKEN: 'do-not-show' };
    const project = await discover(root, { env });
    expect(project.profile).toMatchObject({ tenantId: 't-1', environment: '${SYSTEMPROMPT_API_TOKEN}' });
  });

  test.each([
    ['broken YAML', 'name: dev\npaths: [\n', 3, 1, /./],
    ['a tab', 'name: dev\npaths:\n\tservices: x\n', 3, 1, /tab/],
    [
      'a type that is wrong',
      'name: dev\npaths:\n  services: [1]\n',
      3,
      3,
      /paths\.services must be of type string/,
    ],
    ['a target that does not exist', 'name: dev\ntarget: moon\n', 2, 1, /target must be one of local, cloud/],
    ['a list', '- a\n', 1, 1, /not a mapping/],
  ])('with %s is refused with its place', async (_what, text, line, column, words) => {
    const root = await projectWith({ ...services, '.systemprompt/profiles/dev/profile.yaml': text });
    const file = path.join(root, '.systemprompt/profiles/dev/profile.yaml');
    await expect(discover(root)).rejects.toMatchObject({
      code: 'invalidInput',
      message: expect.stringMatching(words) as string,
      details: { file, line, column },
    });
  });

  test('with keys that are not known yet is read', async () => {
    const root = await projectWith({
      ...services,
      ...profileFile('dev', 'brand_new:\n  a: [1]\ndatabase:\n  type: postgres\n'),
    });
    expect((await discover(root)).profile?.name).toBe('dev');
  });
});

describe('the services folder', () => {
  const files = {
    ...services,
    'other/': '',
    'third/': '',
    '.systemprompt/profiles/dev/profile.yaml': 'paths: {services: ../../../other}\n',
  };

  test.each([
    ['the option', files, { servicesDir: 'third' }, 'third', '--services'],
    [
      'the profile’s',
      files,
      { env: { SYSTEMPROMPT_SERVICES_PATH: 'third' } },
      'other',
      'profile dev (paths.services)',
    ],
    [
      'the environment’s',
      { ...services, 'third/': '' },
      { env: { SYSTEMPROMPT_SERVICES_PATH: 'third' } },
      'third',
      'env SYSTEMPROMPT_SERVICES_PATH',
    ],
    ['services/', services, {}, 'services', 'services/ of the project'],
  ])('is %s', async (_which, tree, options, folder, from) => {
    const root = await projectWith(tree);
    const project = await discover(root, options);
    expect(project.servicesDir).toBe(path.join(root, folder));
    expect(project.provenance.servicesDir).toBe(from);
  });

  test('of a cloud profile lies in the container, so services/ is used, with a warning', async () => {
    const profile = 'name: cloud\ntarget: cloud\npaths: {services: /app/services}\n';
    const root = await projectWith({ ...services, '.systemprompt/profiles/cloud/profile.yaml': profile });
    const project = await discover(root);
    expect(project.servicesDir).toBe(path.join(root, 'services'));
    expect(project.warnings.join()).toMatch(/\/app\/services \(profile cloud \(paths\.services\)\).*is used/);
  });

  test.each([
    ['does not exist', { servicesDir: 'nowhere' }, /nowhere \(--services\)/],
    ['is a file', { servicesDir: 'services/content/config.yaml' }, /config\.yaml \(--services\)/],
  ])('that %s is an error', async (_what, options, words) => {
    await expect(discover(await projectWith(services), options)).rejects.toMatchObject({
      code: 'missingConfig',
      message: expect.stringMatching(words) as string,
    });
  });
});

describe('the tenant', () => {
  const tenants = {
    '.systemprompt/tenants.json': {
      tenants: [
        { id: 't-1', name: 'One', hostname: 'one.example.com', tenant_type: 'cloud', region: 'iad' },
        { id: 't-2', name: 'Two', tenant_type: 'cloud' },
        { id: 'local_3', name: 'Three', tenant_type: 'local' },
      ],
    },
  };
  const all = { ...services, ...tenants, ...profileFile('dev', 'cloud: {tenant_id: t-1}\n') };

  test.each([
    [
      'by the profile',
      {},
      {
        id: 't-1',
        name: 'One',
        hostname: 'one.example.com',
        kind: 'cloud',
        origin: 'https://one.example.com',
      },
      'direct',
    ],
    [
      'by the environment',
      { env: { SYSTEMPROMPT_TENANT_ID: 't-2' } },
      { id: 't-2', name: 'Two', kind: 'cloud' },
      'relay',
    ],
    [
      'by the option',
      { tenantId: 'local_3', env: { SYSTEMPROMPT_TENANT_ID: 't-2' } },
      { id: 'local_3', name: 'Three', kind: 'local' },
      'none',
    ],
    ['by an id that is not stored', { tenantId: 'new' }, { id: 'new' }, 'relay'],
    [
      'with an origin',
      { origin: 'http://127.0.0.1:9' },
      { id: 't-1', name: 'One', hostname: 'one.example.com', kind: 'cloud', origin: 'http://127.0.0.1:9' },
      'direct',
    ],
    [
      'with a control plane',
      { apiUrl: 'http://127.0.0.1:9' },
      { id: 't-1', name: 'One', hostname: 'one.example.com', kind: 'cloud' },
      'relay',
    ],
  ])('is named %s', async (_how, options, tenant, mode) => {
    const project = await discover(await projectWith(all), options);
    expect({ tenant: project.tenant, mode: project.mode }).toEqual({ tenant, mode });
  });

  test('may be missing', async () => {
    const project = await discover(await projectWith(services));
    expect(project).toMatchObject({ tenant: {}, mode: 'none', apiUrl: 'https://api.systemprompt.io' });
    expect(project.provenance.tenant).toContain('cloud.tenant_id');
  });

  test.each([
    ['option', { apiUrl: 'https://o.example' }, 'https://o.example'],
    ['environment', { env: { SYSTEMPROMPT_API_URL: 'https://e.example' } }, 'https://e.example'],
    ['sign-in', {}, 'https://s.example'],
  ])('is managed by the control plane of the %s', async (_which, options, url) => {
    const credentials = {
      '.systemprompt/credentials.json': { api_url: 'https://s.example', api_token: 'do-not-read' },
    };
    expect((await discover(await projectWith({ ...all, ...credentials }), options)).apiUrl).toBe(url);
  });

  test.each([
    '.systemprompt/tenants.json',
    '.systemprompt/credentials.json',
    '.systemprompt/sessions/index.json',
  ])('does not stop discovery when %s is damaged', async (file) => {
    const project = await discover(await projectWith({ ...all, [file]: '{"tenants": [}' }));
    expect(project.warnings.join()).toContain(file);
  });
});

describe('production', () => {
  const remote = 'postgres://ann@db.example.com/app';

  test.each([
    ['a local profile and a loopback database', '', 'postgres://127.0.0.1/app', false],
    ['a remote database', '', remote, true],
    ['a production profile', 'runtime: {environment: production}\n', 'postgres://127.0.0.1/app', true],
    ['a staging profile', 'runtime: {environment: staging}\n', 'postgres://127.0.0.1/app', false],
    ['a cloud profile', 'target: cloud\n', 'postgres://127.0.0.1/app', true],
  ])('is decided for %s', async (_what, more, databaseUrl, production) => {
    const root = await projectWith({ ...services, ...profileFile('dev', more) });
    expect((await discover(root, { databaseUrl })).database?.production).toBe(production);
  });

  test('ends for a host that the user has marked', async () => {
    const root = await projectWith({ ...services, '.systemprompt/': '' });
    await markNonProduction(root, 'DB.example.com');
    await markNonProduction(root, 'db.example.com');
    const options = { databaseUrl: remote, cloudDatabaseUrl: 'postgres://ann@cloud.example.com/app' };
    const project = await discover(root, options);
    expect([project.database?.production, project.cloudDatabase?.production]).toEqual([false, true]);
  });

  test('is listed for databases and tenant, until each is marked', async () => {
    const root = await projectWith({ ...services, '.systemprompt/': '' });
    const found = async () =>
      listProductionTargets(
        await discover(root, {
          databaseUrl: remote,
          cloudDatabaseUrl: 'postgres://127.0.0.1/cloud',
          tenantId: 'tenant-1',
          origin: 'https://one.example.com',
        }),
      );
    expect((await found()).map(({ host }) => host)).toEqual(['db.example.com', 'one.example.com']);
    for (const { host, label, reason } of await found()) {
      expect(label).toContain(host);
      expect(reason).toContain(`${host} is not this machine`);
      await markNonProduction(root, host);
    }
    expect(await found()).toEqual([]);
  });

  test('stays when the marks cannot be read', async () => {
    const root = await projectWith({ ...services, '.systemprompt/sync/targets.json': '{"format":1,' });
    const project = await discover(root, { databaseUrl: remote });
    expect(project.database?.production).toBe(true);
    expect(project.warnings.join()).toContain('targets.json');
  });
});
