import { randomBytes } from 'node:crypto';
import { constants, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { storedDeflate } from '../../../../src/core/files/archive/storedDeflate';

describe('storedDeflate', () => {
  it.each([0, 1, 32_768, 65_534, 65_535, 65_536, 131_070, 131_071, 786_432])(
    'gives %i bytes as zlib gives them, so that archives stay the same bytes',
    (size) => {
      const bytes = randomBytes(size);
      const options = { level: 0, memLevel: 9, finishFlush: constants.Z_SYNC_FLUSH, chunkSize: size + 1_024 };
      expect(storedDeflate(bytes).equals(deflateRawSync(bytes, options))).toBe(true);
    },
  );
});
