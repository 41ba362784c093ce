import { it } from 'vitest';
import { checkTwoRuleFiles } from './twoRuleFiles';

it.each(['0.12', 'current'] as const)(
  'leaves exactly the second of any two rule files, with the tables of %s',
  (generation) => checkTwoRuleFiles(generation, 15),
);
