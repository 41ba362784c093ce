import { it } from 'vitest';
import { checkExportThenApply } from './exportThenApply';

it.each(['0.12', 'current'] as const)(
  'an export changes nothing when it is applied, whatever the database holds, with the tables of %s',
  (generation) => checkExportThenApply(generation, 15),
);
