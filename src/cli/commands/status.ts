import { readStatus } from '../../core/status';
import { exitCodes } from '../exitCodes';
import { openProject, type Command } from '../session';

export const status: Command<object> = async (session) => {
  const report = await readStatus(await openProject(session), session.context);
  const { content } = report;
  session.output.answer(report, [
    ...(content
      ? [
          `content: ${content.added} added, ${content.modified} modified, ${content.removed} removed, ` +
            `${content.conflicts} conflicts, ${content.invalid} invalid, ${content.unchanged} unchanged`,
        ]
      : []),
    ...report.unavailable.map(({ area, reason }) => `${area}: not compared, ${reason}`),
    report.in_sync ? 'In sync.' : 'Differences found.',
  ]);
  return report.in_sync ? exitCodes.done : exitCodes.differences;
};
