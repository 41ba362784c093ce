import { join } from 'node:path';
import { isDirectory } from '../../project/findProjectRoot';
import { failure, ok, type CheckRule } from '../checkInput';
import { infrastructureDockerfile, profileDockerfiles } from '../deployLayout';

/** What every image is made of: the project's root in one of its two layouts, its storage, its templates (cloud.md 4.3). */
export const projectChecks: readonly CheckRule[] = [
  {
    id: 'projectRoot',
    title: 'Project root',
    run: async ({ project, options, layout }) => {
      if (options.skipBuild === true) return undefined;
      if (layout !== undefined) return ok(`${project.root}, image from ${layout.dockerfile}`);
      const wanted = [...profileDockerfiles(project), infrastructureDockerfile];
      return failure(
        `${project.root} has no ${wanted.join(' and no ')}.`,
        project.profile === undefined
          ? `Choose a profile that has docker/Dockerfile beside it, or add ${infrastructureDockerfile}.`
          : `Add ${wanted[0] ?? infrastructureDockerfile} (systemprompt cloud dockerfile writes one).`,
        { code: 'notProjectRoot', ...(wanted[0] !== undefined && { file: wanted[0] }) },
      );
    },
  },
  {
    id: 'storage',
    title: 'Storage folder',
    run: async ({ project, options }) => {
      if (options.skipBuild === true) return undefined;
      if (await isDirectory(join(project.root, 'storage', 'files'))) return ok('storage/files is there.');
      return failure('storage/files does not exist.', 'Create the folder storage/files; it may be empty.');
    },
  },
  {
    id: 'templates',
    title: 'Web templates',
    run: async ({ project, options }) => {
      if (options.skipBuild === true) return undefined;
      if (await isDirectory(join(project.servicesDir, 'web', 'templates')))
        return ok('services/web/templates is there.');
      return failure(
        'services/web/templates does not exist.',
        'Bring the templates of the site back: the server cannot render pages without them.',
      );
    },
  },
];
