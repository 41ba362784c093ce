import { it } from 'vitest';
import { checkPlanProperties } from '../../support/planProperties';

it(
  'loses nothing new, plans nothing twice, and does not depend on order (100,000 cases)',
  { timeout: 600_000 },
  () => {
    checkPlanProperties(100_000);
  },
);
