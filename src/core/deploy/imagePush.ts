import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../project/project';
import { errnoOf } from '../syncError';
import { runCommand, type CommandOptions } from './commandRunner';
import type { Engine } from './engine';

export interface ImagePush {
  readonly engine: Engine;
  readonly image: string;
  readonly cwd: string;
  /** With the login. */
  readonly env: Environment;
}

/**
 * Pushes an image.
 * @returns the digest of its manifest, as the engine says; undefined when it does not say
 * @throws SyncError `commandFailed`, `commandSpawnFailed`, `cancelled`
 */
export async function imagePush(push: ImagePush, options: CommandOptions): Promise<string | undefined> {
  return push.engine.kind === 'podman' ? podmanPush(push, options) : dockerPush(push, options);
}

async function dockerPush(
  { engine, image, cwd, env }: ImagePush,
  options: CommandOptions,
): Promise<string | undefined> {
  const command = { program: engine.program, args: ['push', image], cwd, env };
  const { stdout } = await runCommand(command, options);
  const line = stdout.findLast((text) => text.includes(': digest: '));
  return digestIn(line?.split(': digest: ')[1] ?? '');
}

/** Podman prints no digest, it writes a file. */
async function podmanPush(
  { engine, image, cwd, env }: ImagePush,
  options: CommandOptions,
): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'sp-push-'));
  try {
    const file = join(folder, 'digest');
    const command = { program: engine.program, args: ['push', '--digestfile', file, image], cwd, env };
    await runCommand(command, options);
    return digestIn(await readFile(file, 'utf8').catch(unlessMissing));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function digestIn(text: string): string | undefined {
  return /^sha256:[0-9a-f]{64}/.exec(text)?.[0];
}

function unlessMissing(error: unknown): string {
  if (errnoOf(error) === 'ENOENT') return '';
  throw error;
}
