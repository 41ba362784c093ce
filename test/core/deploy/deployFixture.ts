import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { CrateDeployService, type DeploySettings } from '../../../src/core/deploy/crateDeployService';
import type { StepEvent } from '../../../src/core/deploy/deployObserver';
import type { DeployOptions } from '../../../src/core/deploy/deployOptions';
import type { DeployDetails } from '../../../src/core/deploy/deployOutcome';
import type { SyncOperationResult } from '../../../src/core/models/operation';
import { quietContext, type RunContext } from '../../../src/core/ports';
import { discoverProject } from '../../../src/core/project/discoverProject';
import type { DeployRequest, TenantOptions } from '../../../src/tenant/tenantOptions';
import {
  operatorToken,
  startTenant,
  writeFiles,
  type Files,
  type TenantFixture,
} from '../../support/tenantFixture';
import { createStandIns, type StandIns } from './standIns';

export const registryPassword = 'fm2_registry-password-0123456789';

/** What the tenant answers when it is asked where images go. */
export const registryAnswer = {
  registry: '127.0.0.1:5999',
  username: 'x',
  token: `FlyV1 ${registryPassword}`,
  repository: 'one-app',
  tag: 'deployment-0',
};

export const projectFiles: Files = {
  '.systemprompt/profiles/prod/profile.yaml': 'name: prod\ntarget: local\ncloud:\n  tenant_id: tenant-1\n',
  '.systemprompt/profiles/prod/docker/Dockerfile':
    'FROM scratch\nCOPY target/release/systemprompt /app/bin/\n',
  'target/release/systemprompt': 'program',
  'storage/files/keep': '',
  'services/web/templates/page.html': '<p>',
  'services/agents/a.yaml': 'a',
};

export interface DeployFixture {
  readonly root: string;
  readonly home: string;
  readonly env: Record<string, string>;
  readonly tenant: TenantFixture;
  readonly standIns: StandIns;
  /** Images that the tenant was asked to release. */
  readonly released: string[];
  readonly lines: string[];
  readonly events: StepEvent[];
  readonly logged: string[];
  readonly progress: string[];
  readonly service: (overrides?: Partial<DeploySettings>) => Promise<CrateDeployService>;
  readonly deploy: (
    options?: DeployOptions,
    context?: Partial<RunContext>,
  ) => Promise<SyncOperationResult<DeployDetails>>;
  readonly git: (...args: string[]) => string;
}

export interface FixtureOptions {
  readonly files?: Files;
  readonly without?: readonly string[];
  readonly tenant?: Partial<TenantOptions>;
  readonly programs?: readonly string[];
  readonly repository?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly onRelease?: (request: DeployRequest) => Promise<void>;
}

/** A project in a git repository, the real tenant endpoint with a deploy hook, and recording stand-ins as the only PATH. */
export async function deployFixture(options: FixtureOptions = {}): Promise<DeployFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'deploy-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const root = join(folder, 'project');
  const home = join(folder, 'home');
  await mkdir(home);
  const files = { ...projectFiles, ...options.files };
  await writeFiles(
    root,
    Object.fromEntries(Object.entries(files).filter(([path]) => !options.without?.includes(path))),
  );
  const standIns = await createStandIns(folder, options.programs ?? ['docker', 'cargo']);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', ...args], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  if (options.repository !== false) {
    git('init', '-q');
    git('add', '-A', '-f');
    git('commit', '-q', '-m', 'first');
  }
  const released: string[] = [];
  const tenant = await startTenant(
    { 'agents/a.yaml': 'a' },
    {
      registry: registryAnswer,
      deploy: async (request) => {
        await options.onRelease?.(request);
        released.push(request.image);
        return { status: 'deployed', app_url: 'http://127.0.0.1:9' };
      },
      ...options.tenant,
    },
  );
  onTestFinished(() => tenant.stop());
  const lines: string[] = [];
  const events: StepEvent[] = [];
  const logged: string[] = [];
  const progress: string[] = [];
  const log = (message: string) => void logged.push(message);
  const logger = { trace: log, debug: log, info: log, warn: log, error: log };
  const env = { PATH: standIns.bin, HOME: home, SYSTEMPROMPT_API_TOKEN: operatorToken, ...options.env };
  const project = await discoverProject({ start: root, env, apiUrl: tenant.server.url });
  const service = async (overrides: Partial<DeploySettings> = {}) => {
    const created = new CrateDeployService({
      project,
      env,
      context: quietContext({ logger }),
      client: { retry: { maxAttempts: 1 } },
      killAfterMs: 200,
      firstPauseMs: 10,
      ...overrides,
    });
    onTestFinished(() => created.close());
    return created;
  };
  return {
    root,
    home,
    env,
    tenant,
    standIns,
    released,
    lines,
    events,
    logged,
    progress,
    git,
    service,
    async deploy(deployOptions = {}, context = {}) {
      const report = ({ message }: { message: string }) => void progress.push(message);
      const created = await service({ context: quietContext({ logger, progress: report, ...context }) });
      return created.deploy(deployOptions, async () => ({}), {
        onStep: (event) => events.push(event),
        onLine: (line) => lines.push(line),
      });
    },
  };
}

export async function readIfThere(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}
