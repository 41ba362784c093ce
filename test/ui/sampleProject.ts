import { parseDatabaseUrl } from '../../src/core/database/databaseTarget';
import type { Project } from '../../src/core/project/project';

export const samplePassword = 'pa55-w0rd-of-the-sample';

export function sampleProject(overrides: Partial<Project> = {}, host = '127.0.0.1'): Project {
  return {
    root: '/home/ann/shop',
    servicesDir: '/home/ann/shop/services',
    profile: {
      name: 'local',
      path: '/home/ann/shop/.systemprompt/profiles/local/profile.yaml',
      displayName: 'Local',
      target: 'local',
      environment: 'development',
      tenantId: null,
    },
    profilesAvailable: ['local'],
    database: parseDatabaseUrl(`postgres://app:${samplePassword}@${host}:5432/app`, '--database-url'),
    databaseProblem: undefined,
    cloudDatabase: undefined,
    tenant: {},
    apiUrl: 'https://api.systemprompt.io',
    mode: 'none',
    provenance: {
      root: '.systemprompt/',
      servicesDir: '--services',
      profile: 'the only profile',
      database: '--database-url',
      cloudDatabase: 'the API is asked for it',
      tenant: 'none',
      apiUrl: 'default',
      mode: 'no tenant',
    },
    warnings: [],
    ...overrides,
  };
}
