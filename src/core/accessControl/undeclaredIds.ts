import { didYouMean } from '../nearestName';
import type { AccessProblem } from './accessProblem';
import { isMatch, type DeclaredRule } from './declaredRule';
import { declarableTypes, type EntityCatalog } from './entityCatalog';
import { createPlaces } from './locatePlaces';

/**
 * A warning for every named id that no service of the project declares (data.md A-3): a typo would grant nothing to anybody.
 * Nothing is said about types that services do not declare, and about those with a file that could not be read.
 */
export function undeclaredIds(rules: readonly DeclaredRule[], catalog: EntityCatalog): AccessProblem[] {
  const places = createPlaces();
  for (const type of declarableTypes) {
    if (catalog.incomplete.has(type)) continue;
    const known = new Set(catalog.ids.get(type));
    const hints = new Map<string, string>();
    for (const { entityType, target, place } of rules) {
      if (entityType !== type || isMatch(target) || known.has(target.id)) continue;
      const hint = hints.get(target.id) ?? didYouMean(target.id, known);
      hints.set(target.id, hint);
      const message = `No service of this project declares the ${type} "${target.id}".${hint}`;
      places.add(place, ['entity_id'], { severity: 'warning', rule: 'undeclaredId', message });
    }
  }
  return places.problems();
}
