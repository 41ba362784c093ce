import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { ArchiveSource } from '../../../../src/core/files/archive/packTar';
import { stageArchive } from '../../../../src/core/files/archive/stageArchive';
import { writeArchive } from '../../../../src/core/files/archive/writeArchive';

let directory: string;
beforeEach(async () => void (directory = await mkdtemp(join(tmpdir(), 'archive-'))));
afterEach(() => rm(directory, { recursive: true, force: true }));

function source(path: string, text: string | Buffer, executable = false): ArchiveSource {
  const bytes = Buffer.from(text);
  return { path, size: bytes.length, executable, content: () => [bytes] };
}

async function pack(sources: readonly ArchiveSource[]): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of writeArchive(sources)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let offset = 0; offset < bytes.length; offset += size) yield bytes.subarray(offset, offset + size);
}

const sources = [
  source('skills/b/SKILL.md', '# b\n'),
  source('agents/a.yaml', 'name: a\n', true),
  source(`content/${'deep/'.repeat(20)}${'long'.repeat(40)}.md`, 'x'.repeat(70_000)),
  source('content/größe/日本.md', 'ü'),
  source('content/empty.md', ''),
  source('content/block.bin', Buffer.alloc(1024, 7)),
];

describe('writeArchive', () => {
  it('gives the same bytes for the same files in any order', async () => {
    const bytes = await pack(sources);
    expect((await pack([...sources].reverse())).equals(bytes)).toBe(true);
  });

  it.each([1, 7, 511, 512, 513, 65_536])('is read back whole in pieces of %i bytes', async (size) => {
    const staged = await stageArchive(inPieces(await pack(sources), size), {
      directory: join(directory, 'staged'),
    });
    const expected = [...sources].sort((a, b) => (a.path < b.path ? -1 : 1));
    expect(staged.files.map((file) => file.path)).toEqual(expected.map((file) => file.path));
    expect(staged.files.map((file) => file.executable)).toEqual(
      expected.map((file) => file.executable === true),
    );
    for (const [index, file] of staged.files.entries()) {
      const bytes = await readFile(file.stagedPath);
      const original = Buffer.concat([...(expected[index]!.content() as Iterable<Uint8Array>)]);
      expect(bytes.equals(original)).toBe(true);
      expect(file.sha256).toBe(createHash('sha256').update(original).digest('hex'));
    }
  });

  it('refuses to pack a path that nobody could receive', async () => {
    await expect(pack([source('content/con.md', 'x')])).rejects.toMatchObject({
      code: 'tarballUnsafe',
      details: { rule: 'reservedName' },
    });
  });

  it.each([
    ['longer', 'abcd'],
    ['shorter', 'ab'],
  ])('fails when a file is %s than it was when it was listed', async (_name, text) => {
    const changed: ArchiveSource = { path: 'content/a.md', size: 3, content: () => [Buffer.from(text)] };
    await expect(pack([changed])).rejects.toMatchObject({ code: 'io' });
  });

  it('leaves no staging directory when it is cancelled', async () => {
    const controller = new AbortController();
    const bytes = await pack(sources);
    const stopping = (async function* (): AsyncGenerator<Buffer> {
      yield bytes.subarray(0, 200);
      controller.abort();
      yield bytes.subarray(200);
    })();
    const staging = stageArchive(stopping, {
      directory: join(directory, 'staged'),
      signal: controller.signal,
    });
    await expect(staging).rejects.toMatchObject({ code: 'cancelled' });
    expect(await readdir(directory)).toEqual([]);
  });
});
