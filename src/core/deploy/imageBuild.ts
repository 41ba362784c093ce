import type { Environment } from '../project/project';
import type { Command } from './commandText';
import { defaultPlatform, type DeployOptions } from './deployOptions';
import type { Engine } from './engine';

export interface ImageBuild {
  readonly engine: Engine;
  readonly root: string;
  /** Relative to the root. */
  readonly dockerfile: string;
  readonly image: string;
  readonly options: DeployOptions;
  readonly env: Environment;
}

/**
 * The build with the user's own configuration: base images may need their login, and builders are theirs. Values of build
 * arguments travel in the environment, where `--build-arg NAME` finds them.
 */
export function imageBuild({ engine, root, dockerfile, image, options, env }: ImageBuild): Command {
  const { platform = defaultPlatform, buildArgs = {}, builder, noCache = false } = options;
  const { buildx } = engine;
  return {
    program: engine.program,
    args: [
      ...(buildx ? ['buildx', 'build', '--load'] : ['build']),
      ...(buildx && builder !== undefined ? ['--builder', builder] : []),
      `--platform=${platform}`,
      ...(noCache ? ['--no-cache'] : []),
      ...Object.keys(buildArgs).flatMap((name) => ['--build-arg', name]),
      '--file',
      dockerfile,
      '--tag',
      image,
      '.',
    ],
    cwd: root,
    env: {
      ...env,
      ...buildArgs,
      // Lines instead of a picture of them; an option for this is refused by the builder without BuildKit.
      BUILDKIT_PROGRESS: 'plain',
      // One plain manifest, as the registry's digest is compared with what was pushed.
      BUILDX_NO_DEFAULT_ATTESTATIONS: '1',
    },
  };
}
