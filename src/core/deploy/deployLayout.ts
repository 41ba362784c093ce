import { join, relative, sep } from 'node:path';
import { dirname } from 'node:path';
import type { Project } from '../project/project';
import { isFile } from '../project/findProjectRoot';

/** Where a project keeps what an image is made of. Paths are relative to the project's root, with `/`. */
export interface DeployLayout {
  /** `infrastructure`: the older layout (cloud.md 1.9); `profile`: files beside the profile (cloud.md 4.3). */
  readonly kind: 'infrastructure' | 'profile';
  readonly dockerfile: string;
  /** The Cargo.toml that makes the program; undefined where only the program itself is there. */
  readonly cargoManifest: string | undefined;
}

export const infrastructureDockerfile = 'infrastructure/docker/app.Dockerfile';

/** The profile's own Dockerfile wins: it was made for this target. Undefined when the project has neither. */
export async function findLayout(project: Project): Promise<DeployLayout | undefined> {
  for (const dockerfile of profileDockerfiles(project)) {
    if (await isFile(join(project.root, dockerfile)))
      return { kind: 'profile', dockerfile, cargoManifest: await cargoManifest(project.root, 'profile') };
  }
  if (!(await isFile(join(project.root, infrastructureDockerfile)))) return undefined;
  return {
    kind: 'infrastructure',
    dockerfile: infrastructureDockerfile,
    cargoManifest: await cargoManifest(project.root, 'infrastructure'),
  };
}

/** Beside the profile, and where the reference looks: below the name inside of the profile (cloud.md 4.3). */
export function profileDockerfiles({ root, profile }: Project): readonly string[] {
  if (profile === undefined) return [];
  const beside = relative(root, join(dirname(profile.path), 'docker', 'Dockerfile'))
    .split(sep)
    .join('/');
  const named = `.systemprompt/profiles/${profile.name}/docker/Dockerfile`;
  const inside = [beside, named].filter((path) => !path.split('/').includes('..'));
  return [...new Set(inside)];
}

async function cargoManifest(root: string, kind: DeployLayout['kind']): Promise<string | undefined> {
  const places =
    kind === 'infrastructure' ? ['core/Cargo.toml', 'Cargo.toml'] : ['Cargo.toml', 'core/Cargo.toml'];
  for (const place of places) if (await isFile(join(root, place))) return place;
  return undefined;
}
