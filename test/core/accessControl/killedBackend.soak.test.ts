import { it } from 'vitest';
import { killBackends } from './killBackends';

it.each(['0.12', 'current'] as const)(
  'a backend that is killed after every statement of an apply leaves the old or the new rules (%s)',
  (generation) => killBackends(generation, 1),
);
