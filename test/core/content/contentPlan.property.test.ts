import { it } from 'vitest';
import { checkPlanProperties } from '../../support/planProperties';

it('loses nothing new, plans nothing twice, and does not depend on order (2,000 cases)', () => {
  checkPlanProperties(2_000);
});
