import type { ContentProblem } from '../../models/content';
import type { ContentRule } from '../contentProblem';

/** What can be judged only by looking at other files, or at the bytes on disk; all other rules are about one text. */
const rulesBeyondText: ReadonlySet<string> = new Set<ContentRule>([
  'notUtf8',
  'unreadableFile',
  'unreadableDirectory',
  'missingDirectory',
  'symlinkSkipped',
  'duplicateItem',
  'similarNames',
]);

/** False for problems that `checkMarkdown` and `checkConfig` find again in an open document. */
export function isBeyondText({ rule }: Pick<ContentProblem, 'rule'>): boolean {
  return rulesBeyondText.has(rule);
}
