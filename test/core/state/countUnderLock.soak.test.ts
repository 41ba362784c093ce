import { it } from 'vitest';
import { countUnderLock } from './countUnderLock';

it('loses no update of eight processes while 300 others are killed', async () => {
  await countUnderLock({ counters: 8, increments: 200, victims: 300 });
});
