import type { Environment } from '../project/project';
import type { Command } from './commandText';

/** cloud.md 1.9: the older layout names its one program; a project of its own builds its extensions as well. */
export function cargoBuild(root: string, manifest: string, env: Environment): Command {
  const what = manifest.startsWith('core/') ? ['--bin', 'systemprompt'] : ['--workspace'];
  return {
    program: 'cargo',
    args: ['build', '--release', `--manifest-path=${manifest}`, ...what],
    cwd: root,
    env: { ...env, CARGO_TERM_COLOR: 'never', CARGO_TERM_PROGRESS_WHEN: 'never' },
  };
}
