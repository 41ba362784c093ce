import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { ArchiveSource } from '../../../../src/core/files/archive/archiveSource';
import { stageArchive } from '../../../../src/core/files/archive/stageArchive';
import { writeArchive } from '../../../../src/core/files/archive/writeArchive';

let directory: string;
beforeEach(async () => void (directory = await mkdtemp(join(tmpdir(), 'archive-'))));
afterEach(() => rm(directory, { recursive: true, force: true }));

function source(path: string, text: string | Buffer, executable = false): ArchiveSource {
  const bytes = Buffer.from(text);
  return { path, size: bytes.length, executable, content: bytes };
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
      const original = expected[index]!.content as Buffer;
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
    const file = join(directory, 'a.md');
    await writeFile(file, text);
    for (const content of [{ file }, Buffer.from(text)])
      await expect(pack([{ path: 'content/a.md', size: 3, content }])).rejects.toMatchObject({
        code: 'conflict',
        details: { path: 'content/a.md' },
      });
  });

  it('fails when a file of the same size holds something else than it was listed with', async () => {
    const file = join(directory, 'a.md');
    await writeFile(file, 'new');
    const digest = createHash('sha256').update('old').digest('hex');
    await expect(pack([{ path: 'content/a.md', size: 3, content: { file, digest } }])).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it.each([
    ['a link', (file: string) => symlink('/etc/hostname', file)],
    ['a directory', (file: string) => mkdir(file)],
    ['nothing', () => undefined],
    ['a pipe', (file: string) => execFileSync('mkfifo', [file])],
  ])('fails, and waits for nobody, where %s has taken the place of a file', async (_what, replace) => {
    const file = join(directory, 'a.md');
    await replace(file);
    await expect(pack([{ path: 'content/a.md', size: 3, content: { file } }])).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('packs files from disk as it packs the same bytes, and GNU tar reads them back', async () => {
    const contents = new Map([
      ['content/a.md', Buffer.from('# a\n'.repeat(20_000))],
      ['content/b.png', randomBytes(900_000)],
      ['content/c.md', Buffer.from('c')],
      ['content/d.bin', Buffer.concat([Buffer.from('text '.repeat(10_000)), randomBytes(400_000)])],
      ['content/e.md', Buffer.alloc(786_432, 'e')],
    ]);
    const onDisk: ArchiveSource[] = [];
    const held: ArchiveSource[] = [];
    for (const [path, bytes] of contents) {
      const file = join(directory, path.replace('/', '-'));
      await writeFile(file, bytes);
      const digest = createHash('sha256').update(bytes).digest('hex');
      onDisk.push({ path, size: bytes.length, content: { file, digest } });
      held.push(source(path, bytes));
    }
    const packed = await pack(onDisk);
    expect((await pack(onDisk)).equals(packed)).toBe(true);
    // What does not compress is stored.
    expect(packed.length).toBeLessThan(1_320_000);
    expect(gunzipSync(packed).equals(gunzipSync(await pack(held)))).toBe(true);
    const unpacked = join(directory, 'unpacked');
    await mkdir(unpacked);
    execFileSync('tar', ['xzf', '-', '-C', unpacked], { input: packed });
    for (const [path, bytes] of contents)
      expect((await readFile(join(unpacked, path))).equals(bytes)).toBe(true);
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
