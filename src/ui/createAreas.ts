import type { ChangesAreas } from './changes/changesArea';
import type { Translate } from './translate';

/** The domains that the Changes view shows beside content. Nothing is compared before it is asked for. */
export function createAreas(_t: Translate): ChangesAreas {
  return {};
}
