import fc from 'fast-check';
import { expect, it } from 'vitest';
import { defaultArchiveLimits } from '../../../../src/core/files/archive/archiveLimits';
import { archivePathProblem } from '../../../../src/core/files/archive/archivePath';
import { neverSentReason } from '../../../../src/core/files/archive/neverSent';
import { isPlainPath } from '../../../../src/core/files/archive/plainPath';

const names = fc.oneof(
  fc.constantFrom(
    'con',
    'NUL',
    'Com1',
    'lpt9',
    'aux',
    '.git',
    '.env',
    'node_modules',
    'ID_RSA',
    'secrets.json',
  ),
  fc.constantFrom(
    'a.secrets.profile.yaml',
    'x.pem',
    'x.KEY',
    'k.p12',
    'j.jks',
    '..',
    '.',
    '',
    'a ',
    'a.',
    'content',
  ),
  fc.string({ unit: fc.constantFrom(...'aZ9._-~ $é:\\'), maxLength: 6 }),
  fc.stringMatching(/^[a-z]{1,300}$/),
);
const paths = fc
  .tuple(fc.array(names, { minLength: 1, maxLength: 40 }), fc.constantFrom('', '.md', '.txt', '.key'))
  .map(([parts, end]) => parts.join('/') + end);

it('never says of a path that it is plain when it has a problem or is a secret', () => {
  fc.assert(
    fc.property(paths, (path) => {
      if (!isPlainPath(path)) return;
      expect([path, archivePathProblem(path, defaultArchiveLimits), neverSentReason(path)]).toEqual([
        path,
        undefined,
        undefined,
      ]);
    }),
    { numRuns: 20_000 },
  );
});

it.each(['content/a.md', 'skills/d1/12.png', 'config/Some_File-2.en.yaml', 'README'])(
  'takes %s for plain',
  (path) => {
    expect(isPlainPath(path)).toBe(true);
  },
);
