import { it } from 'vitest';
import { shareOneRoot } from './oneRoot';

it('keeps every change of a thousand runs of two windows, a job and the command line on one root', async () => {
  await shareOneRoot({ windows: 350, job: 200, cli: 100 });
});
