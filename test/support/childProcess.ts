import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { bundleScript } from './bundleScript';

export interface Child {
  /** Resolves when the child says `ready`. */
  readonly ready: Promise<void>;
  /** Resolves with the exit code, or the signal that ended it; the process is then really gone. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Writes a line to its standard input. */
  tell(line: string): void;
  kill(signal?: NodeJS.Signals): void;
}

/** Bundles a script, and returns a function that starts it as a real process of its own. @param entry see `bundleScript` */
export async function bundleChild(entry: string): Promise<(...args: string[]) => Child> {
  const file = await bundleScript(entry);
  return (...args) => start(file, args);
}

function start(file: string, args: readonly string[]): Child {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    ready: once(child.stdout, 'data').then(() => undefined),
    ended: endOf(child),
    tell: (line) => void child.stdin.write(`${line}\n`),
    kill: (signal = 'SIGKILL') => void child.kill(signal),
  };
}

async function endOf(child: ChildProcess): Promise<number | NodeJS.Signals> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? signal ?? -1;
}
