import type { AccessRuleName } from '../../accessControl/accessProblem';
import type { ContentProblem } from '../../models/content';
import type { ContentRule } from '../contentProblem';

/** What can be judged only by looking at other files, at the bytes on disk or at a database; all other rules are about one text. */
const rulesBeyondText: ReadonlySet<string> = new Set<ContentRule | AccessRuleName>([
  'notUtf8',
  'unreadableFile',
  'unreadableDirectory',
  'missingDirectory',
  'symlinkSkipped',
  'duplicateItem',
  'similarNames',
  'matchesNothing',
  'unknownToDatabase',
  'silentDefault',
]);

/** False for problems that `checkMarkdown`, `checkConfig` and `checkAccessText` find again in an open document. */
export function isBeyondText({ rule }: Pick<ContentProblem, 'rule'>): boolean {
  return rulesBeyondText.has(rule);
}
