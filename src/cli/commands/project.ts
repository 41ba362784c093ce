import { describeProject } from '../../core/project/describeProject';
import { exitCodes } from '../exitCodes';
import { openProject, type Command } from '../session';

export const projectShow: Command<object> = async (session) => {
  const shown = describeProject(await openProject(session));
  session.output.answer(shown, JSON.stringify(shown, null, 2).split('\n'));
  return exitCodes.done;
};
