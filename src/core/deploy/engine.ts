import { SyncError } from '../syncError';
import { runCommand } from './commandRunner';
import type { Command } from './commandText';
import type { EngineName } from './deployOptions';

/** The program that builds and pushes images, as it was found. */
export interface Engine {
  readonly program: EngineName;
  /** Whose ways it has: a `docker` can be podman under another name. */
  readonly kind: EngineName;
  readonly version: string;
  readonly buildx: boolean;
}

export interface EngineRun {
  readonly cwd: string;
  readonly env: Command['env'];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds the engine; does not ask whether it can build (see `requireEngine`).
 * @param wanted undefined: docker, else podman
 * @throws SyncError `commandSpawnFailed` when there is none, `commandFailed`, `cancelled`
 */
export async function findEngine(wanted: EngineName | undefined, run: EngineRun): Promise<Engine> {
  const names: readonly EngineName[] = wanted === undefined ? ['docker', 'podman'] : [wanted];
  for (const program of names) {
    const version = await answer(program, ['--version'], run).catch(unlessNotFound);
    if (version === undefined) continue;
    const kind = /^podman/i.test(version) ? 'podman' : 'docker';
    const buildx = kind === 'docker' && (await succeeds(program, ['buildx', 'version'], run));
    return { program, kind, version, buildx };
  }
  throw new SyncError('commandSpawnFailed', `${names.join(' and ')} was not found on PATH.`, {
    hint: 'Install Docker or Podman, or choose the one that is there (--engine).',
    details: { command: names.join(', '), reason: 'notFound' },
  });
}

/**
 * Asks the engine for its server.
 * @returns the version of what builds
 * @throws SyncError `commandFailed` when it cannot be reached
 */
export async function requireEngine(engine: Engine, run: EngineRun): Promise<string> {
  const field = engine.kind === 'podman' ? '{{.Client.Version}}' : '{{.Server.Version}}';
  return answer(engine.program, ['version', '--format', field], run);
}

async function answer(program: EngineName, args: readonly string[], run: EngineRun): Promise<string> {
  const { cwd, env, signal } = run;
  const { stdout } = await runCommand({ program, args, cwd, env }, { signal, mask: (text) => text });
  return stdout[0] ?? '';
}

async function succeeds(program: EngineName, args: readonly string[], run: EngineRun): Promise<boolean> {
  try {
    await answer(program, args, run);
    return true;
  } catch (error) {
    if (SyncError.is(error, 'commandFailed')) return false;
    throw error;
  }
}

function unlessNotFound(error: unknown): undefined {
  if (SyncError.is(error, 'commandSpawnFailed') && error.details?.['reason'] === 'notFound') return undefined;
  throw error;
}
