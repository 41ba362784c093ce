import { it } from 'vitest';
import { checkExportThenApply } from './exportThenApply';

it.each(['0.12', 'current'] as const)(
  'an export changes nothing when it is applied, many times over, with the tables of %s',
  (generation) => checkExportThenApply(generation, 300),
  900_000,
);
