import { it } from 'vitest';
import { killWhileSwapping } from './killWhileSwapping';

it('leaves whole files whenever its process is killed, 300 times', async () => {
  await killWhileSwapping(300);
});
