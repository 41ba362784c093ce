import { errorsOf, type AccessDiff } from '../../core/accessControl/accessDiff';
import { noCounts, type DirectionCounts } from '../status/directionCounts';

/** The files decide: what they want is to be applied, and what they no longer have is only in the database. */
export function countAccess(diff: AccessDiff): DirectionCounts {
  const counts = { ...noCounts, invalid: errorsOf(diff).length };
  for (const { kind, origin } of diff.rules) {
    if (origin === 'both') counts.conflicts += 1;
    else if (kind === 'deleted') counts.down += 1;
    else counts.up += 1;
  }
  for (const { kind } of diff.entities) {
    if (kind === 'revoked') counts.down += 1;
    else counts.up += 1;
  }
  return counts;
}
