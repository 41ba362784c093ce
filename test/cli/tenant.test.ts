import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { runCli } from '../support/runCli';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

async function servicesFolder(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'tenant-cli-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await mkdir(join(root, 'services'));
  return join(root, 'services');
}

it('serves until it is told to stop: one line on stdout, the log on stderr, exit 0', async () => {
  const services = await servicesFolder();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const asked = async (kill: (signal: NodeJS.Signals) => void): Promise<number> => {
    for (let tries = 0; tries < 400; tries += 1) {
      const answer = await fetch(`${url}/health`).catch(() => undefined);
      if (answer) {
        kill('SIGTERM');
        return answer.status;
      }
      await delay(50);
    }
    kill('SIGKILL');
    return 0;
  };
  let health: Promise<number> = Promise.resolve(0);
  const run = await runCli(['tenant', 'serve', '--services', services, '--port', String(port)], {
    env: { SYSTEMPROMPT_TENANT_TOKEN: 'seeded-operator-token' },
    onStart: (kill) => {
      health = asked(kill);
    },
  });
  expect(await health).toBe(200);
  expect([run.code, run.stdout]).toEqual([0, `${JSON.stringify({ url })}\n`]);
  expect(run.stderr).toContain('"route":"/health"');
  expect(run.stdout + run.stderr).not.toContain('seeded-operator-token');
});

it.each([
  ['the services directory', ['tenant', 'serve'], { SYSTEMPROMPT_TENANT_TOKEN: 't' }],
  ['the token', ['tenant', 'serve', '--services', 'SERVICES'], {}],
  [
    'to do what it does',
    ['tenant', 'serve', '--services', 'SERVICES', '--dry-run'],
    { SYSTEMPROMPT_TENANT_TOKEN: 'seeded-operator-token' },
  ],
  [
    'a port that is one',
    ['tenant', 'serve', '--services', 'SERVICES', '--port', '70000'],
    { SYSTEMPROMPT_TENANT_TOKEN: 't' },
  ],
])('exits with 2 without %s', async (_what, args, env) => {
  const services = await servicesFolder();
  const run = await runCli([...args.map((arg) => arg.replace('SERVICES', services)), '--json'], { env });
  expect(run.code).toBe(2);
});
