import { randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { defaultArchiveLimits } from '../../../../src/core/files/archive/archiveLimits';
import { gunzipMember } from '../../../../src/core/files/archive/gunzipMember';
import { gzipMember } from '../../../../src/core/files/archive/gzipMember';
import { TarBlocks, type TarBlock } from '../../../../src/core/files/archive/tarBlocks';

function* blocksOf(...pieces: readonly Buffer[]): Generator<TarBlock> {
  const blocks = new TarBlocks();
  for (const piece of pieces) yield* blocks.append(piece);
  yield blocks.take();
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let offset = 0; offset < bytes.length; offset += size) yield bytes.subarray(offset, offset + size);
}

async function whole(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of parts) chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks);
}

const words = ['agent', 'skill', 'content', '\n', 'prompt', 'the', 'a', '- ', 'name: '];
const text = Buffer.from(
  Array.from(
    { length: 300_000 },
    (_, n) => `${words[(n * 7 + (n >> 5)) % words.length] ?? ''}${n % 97}`,
  ).join(' '),
);

describe('gzipMember', () => {
  it.each([0, 1, 786_431, 786_432, 786_433, 1_600_000])(
    'gives back %i bytes, whatever reads them',
    async (size) => {
      const bytes = text.subarray(0, size);
      const packed = await whole(gzipMember(blocksOf(bytes), 6));
      expect(gunzipSync(packed).equals(bytes)).toBe(true);
      const limits = { ...defaultArchiveLimits, maxRatio: 10_000 };
      expect((await whole(gunzipMember(inPieces(packed, 7_000), limits))).equals(bytes)).toBe(true);
    },
  );

  it('gives the same bytes however its input is cut', async () => {
    const halves = [text.subarray(0, 1_000_001), text.subarray(1_000_001)];
    const [one, other] = await Promise.all([
      whole(gzipMember(blocksOf(text), 6)),
      whole(gzipMember(blocksOf(...halves), 6)),
    ]);
    expect(one.equals(other)).toBe(true);
  });

  it('is within 3 % of one stream in size', async () => {
    const packed = await whole(gzipMember(blocksOf(text), 6));
    expect(packed.length).toBeLessThan(gzipSync(text, { level: 6 }).length * 1.03);
  });

  it('gives back what is stored beside what is compressed', async () => {
    const noise = randomBytes(1_000_000);
    const runs = [
      { end: 1_000, isCompressible: true },
      { end: 901_000, isCompressible: false },
    ];
    const block = { bytes: Buffer.concat([text.subarray(0, 1_000), noise.subarray(0, 900_000)]), runs };
    const packed = await whole(gzipMember([block], 6));
    expect(packed.length).toBeLessThan(902_000);
    expect(gunzipSync(packed).equals(block.bytes)).toBe(true);
  });

  it('passes on the error of its source', async () => {
    const broken = function* (): Generator<TarBlock> {
      yield { bytes: text.subarray(0, 600_000), runs: [{ end: 600_000, isCompressible: true }] };
      throw new Error('the source broke');
    };
    await expect(whole(gzipMember(broken(), 6))).rejects.toThrow('the source broke');
  });

  it('may be left early', async () => {
    for await (const chunk of gzipMember(blocksOf(text), 6)) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
  });

  it('stops when it is cancelled', async () => {
    const controller = new AbortController();
    const endless = function* (): Generator<TarBlock> {
      for (;;) yield* blocksOf(text.subarray(0, 100_000));
    };
    const packing = (async () => {
      let seen = 0;
      for await (const _chunk of gzipMember(endless(), 6, controller.signal))
        if ((seen += 1) === 3) controller.abort();
    })();
    await expect(packing).rejects.toMatchObject({ code: 'cancelled' });
  });
});
