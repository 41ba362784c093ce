import { it } from 'vitest';
import { compareWithCroner } from './scheduleProperty';

it('agrees with the library and with counting seconds, for thousands of schedules', async () => {
  await compareWithCroner(10_000);
});
