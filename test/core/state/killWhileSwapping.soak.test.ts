import { it } from 'vitest';
import { killWhileSwapping } from './killWhileSwapping';

it('leaves whole files whenever its process is killed, 1,000 times', async () => {
  await killWhileSwapping(1_000);
});
