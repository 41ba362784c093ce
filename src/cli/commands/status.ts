import { readStatus } from '../../core/status';
import { exitCodes } from '../exitCodes';
import { openProject, type Command } from '../session';

export const status: Command<object> = async (session) => {
  const report = await readStatus(await openProject(session), session.context, session.env);
  const { content, files, access_control } = report;
  session.output.answer(report, [
    ...countLine('content', content),
    ...countLine('files', files),
    ...countLine('access control', access_control),
    ...report.unavailable.map(({ area, reason }) => `${area.replace('_', ' ')}: not compared. ${reason}`),
    report.in_sync ? 'In sync.' : 'Differences found.',
  ]);
  return report.in_sync ? exitCodes.done : exitCodes.differences;
};

function countLine(area: string, counts: object | null): string[] {
  if (counts === null) return [];
  const numbers = Object.entries(counts).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number',
  );
  return [`${area}: ${numbers.map(([name, count]) => `${count} ${name}`).join(', ')}`];
}
