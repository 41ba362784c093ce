import { SyncError } from '../syncError';

export type EngineName = 'docker' | 'podman';

/** How an image is built, and what is left out. Settings of the editor and options of the command line alike. */
export interface DeployOptions {
  /** Default: docker, or podman where there is no docker. */
  readonly engine?: EngineName | undefined;
  /** Default: made from the time and the commit. */
  readonly tag?: string | undefined;
  /** Neither compile nor build: the image of `tag` is there already. */
  readonly skipBuild?: boolean | undefined;
  /** Do not compile: the program is there already. */
  readonly skipCargo?: boolean | undefined;
  /**
   * With `skipBuild`: the image is in the registry already, and is released. Without: it is built and goes nowhere, since a
   * release of an image that was not pushed cannot start.
   */
  readonly skipPush?: boolean | undefined;
  /** Default `linux/amd64`: what tenants run on. */
  readonly platform?: string | undefined;
  /** Handed over in the environment, so no process list shows the values; the image keeps them, so they are no secrets. */
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  /** A builder of `docker buildx`. */
  readonly builder?: string | undefined;
  readonly noCache?: boolean | undefined;
  /** Send the profile's secrets before the release. */
  readonly secrets?: boolean | undefined;
  /** How long the tenant may take to run the release, default 5 minutes; 0 does not wait. */
  readonly waitMs?: number | undefined;
}

export const defaultPlatform = 'linux/amd64';
export const defaultWaitMs = 300_000;

/** Names that steer the engine, the loader or a program instead of the build. */
const reservedArgs =
  /^(?:PATH|HOME|IFS|TMPDIR|DOCKER_.*|BUILDKIT_.*|BUILDX_.*|BUILDAH_.*|LD_.*|DYLD_.*|NODE_.*|REGISTRY_.*|CONTAINERS_.*|XDG_.*)$/i;

/** @throws SyncError `invalidInput` for options that no engine can be given */
export function checkDeployOptions(options: DeployOptions): void {
  if (options.platform !== undefined && !/^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9]+)?$/.test(options.platform)) {
    throw invalid('platform', `"${options.platform}" is no platform`, 'Give it as linux/amd64.');
  }
  if (options.builder !== undefined && !/^[A-Za-z0-9][\w.-]*$/.test(options.builder)) {
    throw invalid('builder', `"${options.builder}" is no builder`, 'docker buildx ls lists builders.');
  }
  for (const name of Object.keys(options.buildArgs ?? {})) {
    if (/^[A-Za-z_]\w*$/.test(name) && !reservedArgs.test(name)) continue;
    throw invalid('buildArgs', `"${name}" cannot be a build argument`, 'Give it another name.');
  }
  if (options.skipBuild === true && options.tag === undefined) {
    throw invalid(
      'tag',
      'Without a build, the image has to be named',
      'Give the tag of an image that was built (--tag), or build.',
    );
  }
}

function invalid(field: string, message: string, hint: string): SyncError {
  return new SyncError('invalidInput', `${message}.`, { hint, details: { field } });
}
