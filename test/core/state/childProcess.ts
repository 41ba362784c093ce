import { build } from 'esbuild';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface Child {
  /** Resolves when the child says `ready`. */
  readonly ready: Promise<void>;
  /** Resolves with the exit code, or the signal that ended it; the process is then really gone. */
  readonly ended: Promise<number | NodeJS.Signals>;
  kill(signal?: NodeJS.Signals): void;
}

/** Bundles `children/<name>.ts` and returns a function that starts it as a real process of its own. */
export async function bundleChild(name: string): Promise<(...args: string[]) => Child> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-child-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const outfile = join(folder, `${name}.mjs`);
  const entry = join(import.meta.dirname, 'children', `${name}.ts`);
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
  });
  return (...args) => start(outfile, args);
}

function start(file: string, args: readonly string[]): Child {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    ready: once(child.stdout, 'data').then(() => undefined),
    ended: endOf(child),
    kill: (signal = 'SIGKILL') => void child.kill(signal),
  };
}

async function endOf(child: ChildProcess): Promise<number | NodeJS.Signals> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? signal ?? -1;
}
