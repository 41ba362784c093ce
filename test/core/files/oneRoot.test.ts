import { it } from 'vitest';
import { shareOneRoot } from './oneRoot';

it('keeps every change that two windows, a job and the command line make and sync on one root', async () => {
  await shareOneRoot({ windows: 20, job: 10, cli: 4 });
}, 120_000);
