import { contentKeyText } from '../models/content';
import type { InvalidContent } from '../models/contentDiff';

/**
 * What cannot take part, by file, or by row where there is no file: one with two problems is one item, and is left once.
 * Files and problems stay in the order in which they were found.
 */
export function invalidPlaces(invalid: readonly InvalidContent[]): Map<string, InvalidContent[]> {
  const places = new Map<string, InvalidContent[]>();
  for (const found of invalid) {
    const place = placeOf(found);
    const known = places.get(place);
    if (known) known.push(found);
    else places.set(place, [found]);
  }
  return places;
}

function placeOf({ problem, keys: [key] }: InvalidContent): string {
  return problem.path ?? (key ? contentKeyText(key) : '');
}
