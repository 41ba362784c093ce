import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { freeBuffer } from '../../../../src/core/files/archive/freeBuffer';

describe('freeBuffer', () => {
  it('takes the memory of a large buffer, however long after the first one', async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      const bytes = Buffer.allocUnsafe(100_000);
      freeBuffer(bytes);
      expect([bytes.length, bytes.buffer.byteLength]).toEqual([0, 0]);
      await setImmediate();
    }
  });

  it('leaves a small one, which has its memory in common with others', () => {
    const [one, other] = [Buffer.from('one'), Buffer.from('other')];
    freeBuffer(one);
    expect(`${one.toString()} ${other.toString()}`).toBe('one other');
  });
});
