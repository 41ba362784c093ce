import type { Project } from '../../core/project/project';

/** The project of the window, and its root as the workspace spells it: a folder may be opened through a symbolic link. */
export interface FoundProject {
  readonly project: Project;
  readonly shownRoot: string;
}
