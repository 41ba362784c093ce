import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { useEngine, type RunningEngine } from '../support/engine';
import { operatorToken } from '../support/operatorToken';
import { runCli } from '../support/runCli';
import { layOutNodeBase } from '../support/standInBase';

const sources = join(import.meta.dirname, '..', '..');
const running = useEngine('fm2_registry-password-0123456789');
const image = 'systemprompt-tenant';

type Docker = (...args: string[]) => Promise<string>;

/** The classic builder: BuildKit of this engine runs no steps without a network of its own. */
function dockerOf({ client, socket }: RunningEngine): Docker {
  const env = { PATH: process.env['PATH'], DOCKER_HOST: `unix://${socket}`, DOCKER_BUILDKIT: '0' };
  return async (...args) => {
    const { stdout, stderr } = await promisify(execFile)(client, args, { env, maxBuffer: 1 << 26 });
    return (stdout + stderr).trim();
  };
}

async function folder(name: string): Promise<string> {
  const created = await mkdtemp(join(tmpdir(), `${name}-`));
  onTestFinished(() => rm(created, { recursive: true, force: true }));
  return created;
}

/** The image as docs/tenant-endpoint.md builds it, on a stand-in for its base. */
async function buildImage(docker: Docker): Promise<void> {
  const base = await folder('base');
  await layOutNodeBase(base);
  await docker('build', '--quiet', '--tag', 'node:20-bookworm-slim', base);
  await docker('build', '--network', 'host', '-f', 'src/tenant/Dockerfile', '-t', image, sources);
}

/**
 * On the machine's own network, since the engine of the tests has none; the port is chosen by the system. With a host name of
 * its own, as a container has elsewhere.
 */
async function startContainer(docker: Docker, name: string): Promise<void> {
  const options = ['--network', 'host', '--hostname', name, '-v', 'services:/app/services'];
  const token = `SYSTEMPROMPT_TENANT_TOKEN=${operatorToken}`;
  await docker('run', '--detach', '--name', name, ...options, '-e', token, image, '--port', '0');
}

async function urlOf(docker: Docker, name: string): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const found = /"url":"http:\/\/[^"]*:(\d+)"/.exec(await docker('logs', name));
    if (found) return `http://127.0.0.1:${found[1]}`;
    await delay(100);
  }
  throw new Error(`It did not start: ${await docker('logs', name)}`);
}

async function projectWith(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await folder('project');
  for (const directory of ['.systemprompt', 'services']) await mkdir(join(root, directory));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, 'services', path, '..'), { recursive: true });
    await writeFile(join(root, 'services', path), text);
  }
  return root;
}

const files = (direction: 'push' | 'pull', cwd: string, url: string) =>
  runCli(
    [
      'files',
      direction,
      '--origin',
      url,
      '--tenant',
      'tenant',
      '--confirm-target',
      '127.0.0.1',
      '--yes',
      '--json',
    ],
    {
      cwd,
      env: { SYSTEMPROMPT_API_TOKEN: operatorToken },
    },
  );

it('builds, serves pushes and pulls, and gives its volume on: at once after a stop, after two minutes after a kill', async (context) => {
  const docker = dockerOf(running(context));
  await buildImage(docker);
  await startContainer(docker, 'first');
  const first = await urlOf(docker, 'first');
  const health = await docker('inspect', '--format', '{{json .Config.Healthcheck.Test}}', 'first');
  const [, ...command] = JSON.parse(health.replace('8081', new URL(first).port)) as string[];
  await docker('exec', 'first', ...command);
  expect(await docker('exec', 'first', 'node', '-p', 'process.getuid()')).toBe('1000');

  const pushed = await files('push', await projectWith({ 'skills/a.md': 'from the project\n' }), first);
  expect(pushed).toMatchObject({ code: 0 });
  const kept = "require('fs').readFileSync('/app/services/skills/a.md', 'utf8')";
  expect(await docker('exec', 'first', 'node', '-p', kept)).toBe('from the project');

  await docker('stop', 'first');
  expect(await docker('inspect', '--format', '{{.State.ExitCode}}', 'first')).toBe('0');
  await startContainer(docker, 'second');
  const second = await urlOf(docker, 'second');
  const here = await projectWith({});
  expect((await files('pull', here, second)).code).toBe(0);
  expect(await readFile(join(here, 'services/skills/a.md'), 'utf8')).toBe('from the project\n');

  await docker('kill', 'second');
  await startContainer(docker, 'third');
  expect(await docker('wait', 'third')).not.toBe('0');
  expect(await docker('logs', 'third')).toContain('Another tenant endpoint serves /app/services');
  await delay(125_000);
  await startContainer(docker, 'fourth');
  await urlOf(docker, 'fourth');
  await docker('stop', 'fourth');
  expect(await docker('logs', 'fourth')).not.toContain(operatorToken);
});
