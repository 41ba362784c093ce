import { randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { defaultArchiveLimits } from '../../../../src/core/files/archive/archiveLimits';
import { gunzipMember } from '../../../../src/core/files/archive/gunzipMember';
import { gzipMember } from '../../../../src/core/files/archive/gzipMember';

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let offset = 0; offset < bytes.length; offset += size) yield bytes.subarray(offset, offset + size);
}

async function whole(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of parts) chunks.push(chunk);
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
  it.each([0, 1, 262_143, 262_144, 262_145, 1_500_000])(
    'gives back %i bytes, whatever reads them',
    async (size) => {
      const bytes = text.subarray(0, size);
      const packed = await whole(gzipMember(inPieces(bytes, 100_000), 6));
      expect(gunzipSync(packed).equals(bytes)).toBe(true);
      const limits = { ...defaultArchiveLimits, maxRatio: 10_000 };
      expect((await whole(gunzipMember(inPieces(packed, 7_000), limits))).equals(bytes)).toBe(true);
    },
  );

  it('gives the same bytes however its input is cut', async () => {
    const [one, other] = await Promise.all(
      [1_000, 262_144].map((size) => whole(gzipMember(inPieces(text, size), 6))),
    );
    expect(one?.equals(other ?? Buffer.alloc(0))).toBe(true);
  });

  it('is within 3 % of one stream in size', async () => {
    const packed = await whole(gzipMember(inPieces(text, 65_536), 6));
    expect(packed.length).toBeLessThan(gzipSync(text, { level: 6 }).length * 1.03);
  });

  it('stores what does not compress', async () => {
    const noise = randomBytes(1_000_000);
    const packed = await whole(gzipMember(inPieces(noise, 65_536), 6));
    expect(packed.length).toBeLessThan(noise.length * 1.001);
    expect(gunzipSync(packed).equals(noise)).toBe(true);
  });

  it('passes on the error of its source', async () => {
    const broken = async function* (): AsyncGenerator<Buffer> {
      yield text.subarray(0, 600_000);
      throw new Error('the source broke');
    };
    await expect(whole(gzipMember(broken(), 6))).rejects.toThrow('the source broke');
  });

  it('may be left early', async () => {
    for await (const chunk of gzipMember(inPieces(text, 65_536), 6)) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
  });
});
