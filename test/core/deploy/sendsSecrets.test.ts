import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { deployFixture } from './deployFixture';
import { operatorToken } from '../../support/tenantFixture';

const secrets = {
  openai: 'sk-openai-0123456789',
  database_url: 'postgres://u:outer-password@db.example.com/app',
  internal_database_url: 'postgres://u:inner-password@internal/app',
  my_own: 'own-value-0123456789',
  empty: '',
  fly_app_name: 'not-ours',
};
const files = {
  '.systemprompt/profiles/prod/profile.yaml': 'name: prod\ntarget: local\ncloud:\n  tenant_id: tenant-1\n',
  '.systemprompt/profiles/prod/secrets.json': JSON.stringify(secrets),
};

async function secretsFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'deploy-secrets-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'secrets.json');
}

it.each(['flat', 'wrapped'] as const)(
  'sends the secrets of the profile before the release, to a control plane that is %s, and shows none',
  async (controlPlane) => {
    const file = await secretsFile();
    let atRelease: unknown;
    const fixture = await deployFixture({
      files,
      tenant: { secretsFile: file, faults: { controlPlane } },
      onRelease: async () => {
        atRelease = JSON.parse(await readFile(file, 'utf8'));
      },
    });
    const result = await fixture.deploy({ secrets: true });
    expect(result.success).toBe(true);
    expect(fixture.events.map(({ name }) => name)).toContain('secrets');
    expect(atRelease).toEqual({
      DATABASE_URL: secrets.internal_database_url,
      MY_OWN: secrets.my_own,
      OPENAI_API_KEY: secrets.openai,
      SYSTEMPROMPT_CUSTOM_SECRETS: 'MY_OWN',
      SYSTEMPROMPT_PROFILE: '/app/services/profiles/prod/profile.yaml',
    });
    const shown = JSON.stringify([
      fixture.lines,
      fixture.logged,
      fixture.progress,
      result,
      fixture.tenant.log,
    ]);
    for (const hidden of [operatorToken, ...Object.values(secrets).filter(Boolean)])
      expect(shown).not.toContain(hidden);
  },
);

it('releases nothing when the secrets are not taken, and says what runs', async () => {
  const { deploy, released } = await deployFixture({ files });
  const result = await deploy({ secrets: true });
  expect(result).toMatchObject({ success: false, state: { kind: 'partial' }, details: { status: 'pushed' } });
  expect(result.errors[0]).toContain('No place for secrets is configured');
  expect(JSON.stringify(result)).not.toContain(secrets.openai);
  expect(released).toEqual([]);
});

it('sends no secrets unasked', async () => {
  const file = await secretsFile();
  const { deploy } = await deployFixture({ files, tenant: { secretsFile: file } });
  await deploy();
  await expect(readFile(file)).rejects.toThrow('ENOENT');
});
