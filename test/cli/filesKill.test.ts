import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { runCli } from '../support/runCli';
import { operatorToken, readTree, startTenant, writeFiles, type Files } from '../support/tenantFixture';

const count = 300;

function version(number: number): Files {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`content/${index}.md`, `version ${number} of ${index}\n`]),
  );
}

it('heals by itself when a pull is killed', async () => {
  await killWhilePulling(3);
}, 240_000);

/**
 * Kills the command line at random times of a pull; every file must be old or new at every moment, and the next run brings
 * the whole tree to the new version without anybody's help.
 */
async function killWhilePulling(rounds: number): Promise<void> {
  const tenant = await startTenant(version(0));
  onTestFinished(() => tenant.stop());
  const root = await mkdtemp(join(tmpdir(), 'files-kill-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const services = join(root, 'services');
  await mkdir(join(root, '.systemprompt'));
  await mkdir(services);
  const pull = (onStart?: (kill: (signal: NodeJS.Signals) => void) => void) =>
    runCli(['files', 'pull', '--yes', '--origin', tenant.server.url, '--tenant', 'tenant-1', '--json'], {
      cwd: root,
      env: { SYSTEMPROMPT_API_TOKEN: operatorToken },
      ...(onStart && { onStart }),
    });
  const timedPull = async () => {
    const started = performance.now();
    return { ...(await pull()), ms: performance.now() - started };
  };
  const first = await timedPull();
  expect(first.code).toBe(0);
  // How long a pull takes depends on what else the machine does: the last one tells.
  let pullMs = first.ms;
  for (let round = 1; round <= rounds; round += 1) {
    const [old, next] = [version(round - 1), version(round)];
    await writeFiles(tenant.services, next);
    // Every other kill aims at the second half, where the files change.
    const earliest = round % 2 === 0 ? 0.5 : 0.05;
    const delayMs = pullMs * (earliest + Math.random() * (1.1 - earliest));
    await pull((kill) => void setTimeout(() => kill('SIGKILL'), delayMs));
    const now = await readTree(services);
    expect(Object.keys(now)).toHaveLength(count);
    const fresh = Object.entries(now).filter(([path, text]) => text === next[path]).length;
    const stale = Object.entries(now).filter(([path, text]) => text === old[path]).length;
    expect(fresh + stale).toBe(count);
    const healed = await timedPull();
    pullMs = healed.ms;
    expect([healed.code, healed.stderr]).toEqual([0, healed.stderr]);
    expect(await readTree(services)).toEqual(next);
    expect(await leftBehind(root)).toEqual([]);
  }
}

async function leftBehind(root: string): Promise<string[]> {
  const parts = ['journal', 'staging', 'transfer/apply'];
  const found = await Promise.all(
    parts.map((part) => readdir(join(root, '.systemprompt/sync', part)).catch(() => [])),
  );
  return found.flat();
}
