import { expect, it } from 'vitest';
import { killWhilePulling } from './filesKill';

it('heals by itself when a pull is killed, forty times', async () => {
  const { halfDone } = await killWhilePulling(40);
  expect(halfDone).toBeGreaterThan(0);
}, 3_600_000);
