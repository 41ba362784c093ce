import { it } from 'vitest';
import { killWhilePulling } from './filesKill';

it('heals by itself when a pull is killed', async () => {
  await killWhilePulling(5);
}, 240_000);
