import { lstat, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { Environment } from '../project/project';
import { errnoOf, SyncError } from '../syncError';
import { ioError } from '../state/ioReason';
import { runCommand, type CommandOptions } from './commandRunner';
import type { Command } from './commandText';
import type { Engine } from './engine';
import type { ImageRepository } from './imageReference';

/** A login that lives in a folder of its own. */
export interface RegistryLogin {
  /** Of every command that is to use the login. */
  readonly env: Environment;
  /** Takes the login away again; never fails. */
  close(): Promise<void>;
}

export interface LoginInput {
  readonly engine: Engine;
  readonly repository: ImageRepository;
  /** As the control plane gave it. */
  readonly token: string;
  readonly cwd: string;
  readonly env: Environment;
}

const userConfig = z.looseObject({
  currentContext: z.optional(z.string()),
  cliPluginsExtraDirs: z.optional(z.array(z.string())),
});

/** The password is the token without its scheme word; an API wants it with the word (containers.md E). */
export function registryPassword(token: string): string {
  return token.replace(/^(?:FlyV1|Bearer)\s+/i, '');
}

/**
 * Signs in to the registry with the password on standard input and the result in a temporary folder: the user's own
 * configuration is read, never written, and their credential store is never asked.
 *
 * @throws SyncError `dockerLoginFailed`, `commandSpawnFailed`, `io`, `cancelled`
 */
export async function registryLogin(input: LoginInput, options: CommandOptions): Promise<RegistryLogin> {
  const { engine, repository, token, cwd, env } = input;
  const folder = await mkdtemp(join(tmpdir(), 'sp-login-')).catch((error: unknown) => {
    throw ioError('Could not create a folder for the login', error);
  });
  const close = () => rm(folder, { recursive: true, force: true }).catch(() => undefined);
  try {
    const loginEnv = { ...env, ...(await prepare(folder, engine, repository, env)) };
    const { registry, username } = repository;
    const command: Command = {
      program: engine.program,
      args: ['login', registry, '--username', username, '--password-stdin'],
      cwd,
      env: loginEnv,
      input: registryPassword(token),
    };
    await runCommand(command, options).catch((error: unknown) => {
      throw loginFailed(repository, error);
    });
    return { env: loginEnv, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Both engines find the file by its own name, and podman would else fall back to the user's. */
async function prepare(
  folder: string,
  engine: Engine,
  { registry }: ImageRepository,
  env: Environment,
): Promise<Environment> {
  const file = join(folder, 'config.json');
  if (engine.kind === 'podman') {
    await writeFile(file, '{}', { mode: 0o600 });
    return { REGISTRY_AUTH_FILE: file, DOCKER_CONFIG: folder };
  }
  const home = env['DOCKER_CONFIG'] || join(env['HOME'] || homedir(), '.docker');
  const { currentContext, cliPluginsExtraDirs } = await readUserConfig(join(home, 'config.json'));
  // An entry for the registry keeps docker from choosing the credential store of the system by itself.
  const config = { auths: { [registry]: {} }, currentContext, cliPluginsExtraDirs };
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  // The context holds the endpoint of the engine (Docker Desktop, colima, ssh), with its certificates.
  for (const name of ['contexts', 'cli-plugins']) await linkFolder(join(home, name), join(folder, name));
  return { DOCKER_CONFIG: folder };
}

/** A configuration that cannot be read keeps nothing: docker itself would complain about it in its own words. */
async function readUserConfig(file: string): Promise<z.output<typeof userConfig>> {
  try {
    return userConfig.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (errnoOf(error) !== undefined || error instanceof SyntaxError || error instanceof z.core.$ZodError)
      return {};
    throw error;
  }
}

async function linkFolder(target: string, path: string): Promise<void> {
  try {
    await lstat(target);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return;
  }
  // A junction needs no rights on Windows; elsewhere the type is not looked at.
  await symlink(target, path, 'junction');
}

function loginFailed({ registry, username }: ImageRepository, error: unknown): unknown {
  if (!SyncError.is(error, 'commandFailed')) return error;
  const output = error.details?.['output'];
  const said = Array.isArray(output) && output.length > 0 ? ` It says: ${String(output.at(-1))}` : '';
  return new SyncError('dockerLoginFailed', `${registry} did not let ${username} sign in.${said}`, {
    hint: 'Check that the engine runs and the registry can be reached; the password comes from the control plane for this tenant.',
    details: { registry, ...error.details },
    cause: error,
  });
}
