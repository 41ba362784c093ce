import { groupBy } from '../groupBy';
import { contentKeyText } from '../models/content';
import type { InvalidContent } from '../models/contentDiff';

/**
 * What cannot take part, by file, or by row where there is no file: one with two problems is one item, and is left once.
 * Files and problems stay in the order in which they were found.
 */
export function invalidPlaces(invalid: readonly InvalidContent[]): Map<string, InvalidContent[]> {
  return groupBy(invalid, ({ problem, keys: [key] }) => problem.path ?? (key ? contentKeyText(key) : ''));
}
