import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { operatorToken } from '../support/operatorToken';

const root = join(import.meta.dirname, '..', '..');

/**
 * The base images come from a registry that is not reached here; image.soak.test.ts builds all of it on a stand-in. What is
 * ours of the image is: the files of its last stage, laid out alone, and its command on them.
 */
it('the image holds all that its command needs', async () => {
  const image = await mkdtemp(join(tmpdir(), 'image-'));
  onTestFinished(() => rm(image, { recursive: true, force: true }));
  const text = await readFile(join(root, 'src', 'tenant', 'Dockerfile'), 'utf8');
  const copies = [...text.matchAll(/^COPY --from=build \/build\/(\S+) \.\/(\S+)$/gm)];
  expect(copies.map(([, from]) => from)).toContain('dist');
  for (const [, from, to] of copies) await cp(join(root, from!), join(image, to!), { recursive: true });
  const services = join(image, 'services');
  await mkdir(services);

  const entrypoint = JSON.parse(/^ENTRYPOINT (.+)$/m.exec(text)![1]!) as string[];
  const [program, ...args] = entrypoint
    .map((word) => (word === '/app/services' ? services : word === '0.0.0.0' ? '127.0.0.1' : word))
    .map((word) => (word === '8081' ? '0' : word));
  expect(program).toBe('node');
  const child = spawn(process.execPath, ['--no-experimental-detect-module', ...args], {
    cwd: image,
    env: { SYSTEMPROMPT_TENANT_TOKEN: operatorToken },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
  const first = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (line: Buffer) => resolve(line.toString()));
    child.once('exit', (code) => reject(new Error(`It ended with ${code}: ${stderr}`)));
  });
  const { url } = JSON.parse(first) as { url: string };
  expect(await (await fetch(`${url}/api/v1/health`)).json()).toEqual({ status: 'healthy' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});
