import { join } from 'node:path';
import { readTextFile } from '../../project/readJsonFile';
import { failure, ok, warning, type CheckRule } from '../checkInput';
import { judgeDockerfile, linesToAdd } from '../judgeDockerfile';
import { findMcpBinaries } from '../mcpBinaries';

/** Whether the image holds the programs of the MCP extensions (cloud.md 4.5). */
export const dockerfileCheck: CheckRule = {
  id: 'dockerfile',
  title: 'Dockerfile',
  run: async ({ project, options, layout }) => {
    if (options.skipBuild === true) return undefined;
    const text = layout === undefined ? undefined : await readTextFile(join(project.root, layout.dockerfile));
    if (layout === undefined || text === undefined)
      return failure('Dockerfile not found.', 'See the check of the project root.', {
        code: 'notProjectRoot',
      });
    const file = layout.dockerfile;
    const { production, unreadable } = await findMcpBinaries(project.root, project.servicesDir);
    const verdict = judgeDockerfile(text, production);
    const { missing, stale } = verdict;
    const outdated = `${file} copies ${stale.join(', ')}, which no enabled MCP extension needs.`;
    if (missing.length > 0) {
      return failure(
        [`${file} does not copy ${missing.join(', ')}.`, ...(stale.length > 0 ? [outdated] : [])].join(' '),
        `Add to ${file}: ${linesToAdd(verdict).join(' ; ')}`,
        { file },
      );
    }
    if (stale.length > 0) {
      return failure(outdated, `Take the COPY lines of ${stale.join(', ')} out of ${file}.`, { file });
    }
    if (unreadable.length > 0) {
      return warning(
        `${unreadable.join(', ')} cannot be understood: what they need is not known.`,
        'Correct the YAML of these files.',
        { file: unreadable[0] ?? file },
      );
    }
    return ok(
      production.length === 0
        ? `${file}; no MCP extension is enabled.`
        : `${file} copies ${production.join(', ')}.`,
    );
  },
};
