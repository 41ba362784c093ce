import fc from 'fast-check';
import { expect, it } from 'vitest';
import { matchesPattern } from '../../../src/core/accessControl/matchesPattern';

it('fits a pattern exactly as the regular expression that it stands for', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '-'), maxLength: 10 });
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 8 });
  fc.assert(
    fc.property(pattern, text, (wanted, id) => {
      const expression = wanted.replace(/[.]/g, '\\.').replaceAll('*', '[^]*');
      expect(matchesPattern(wanted, id)).toBe(new RegExp(`^${expression}$`).test(id));
    }),
    { numRuns: 3000 },
  );
});

it('answers at once for a pattern of many stars', () => {
  expect(matchesPattern(`${'a*'.repeat(200)}b`, 'a'.repeat(20_000))).toBe(false);
});
