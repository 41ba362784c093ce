import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { AgreedArchives } from '../../../src/core/files/agreedArchives';
import { writeArchive } from '../../../src/core/files/archive/writeArchive';
import type { FileStep } from '../../../src/core/files/filesPlan';
import { sha256 } from '../../../src/core/digest';
import { quietContext } from '../../../src/core/ports';
import { openStateDirectory } from '../../../src/core/state/stateDirectory';

let root: string;
let kept: string;
let noted: string[];
let agreed: AgreedArchives;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'agreed-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await mkdir(join(root, '.systemprompt'));
  kept = join(root, '.systemprompt/sync/cache/agreed');
  noted = [];
  const logger = { ...quietContext().logger, debug: (line: string) => void noted.push(line) };
  agreed = new AgreedArchives(openStateDirectory(root), { logger });
});

function archiveOf(files: Record<string, string | Buffer>): Promise<Buffer> {
  return buffer(
    writeArchive(
      Object.entries(files).map(([path, text]) => {
        const content = Buffer.from(text);
        return { path, size: content.length, content };
      }),
    ),
  );
}

async function* streamOf(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function keep(files: Record<string, string | Buffer>): Promise<void> {
  const file = join(root, 'sent.tar.gz');
  writeFileSync(file, await archiveOf(files));
  await agreed.keep(file);
}

it('gives a content by its path and digest, whichever archive brought it, and no other', async () => {
  await keep({ 'content/a.md': 'a1', 'content/b.md': 'b1' });
  await keep({ 'content/a.md': 'a2' });
  for (const [name, text] of [
    ['a', 'a1'],
    ['a', 'a2'],
    ['b', 'b1'],
  ] as const)
    expect(String(await agreed.read(`content/${name}.md`, sha256(text)))).toBe(text);
  expect(await agreed.read('content/b.md', sha256('a1'))).toBeUndefined();
  expect(noted).toEqual([]);
});

it('copies a download as it goes by, anew when it begins again, and keeps it only when it was whole', async () => {
  const archive = await archiveOf({ 'content/a.md': 'a1' });
  const copy = (await agreed.beginCopy())!;
  const leaving = copy.through(streamOf(archive.subarray(0, 50), archive.subarray(50)));
  await leaving.next();
  await leaving.return(undefined);
  await agreed.keepCopy(copy);
  expect(await agreed.read('content/a.md', sha256('a1'))).toBeUndefined();
  expect(await buffer(copy.through(streamOf(archive)))).toEqual(archive);
  await agreed.keepCopy(copy);
  expect(String(await agreed.read('content/a.md', sha256('a1')))).toBe('a1');
  const [name = ''] = readdirSync(kept);
  expect(statSync(join(kept, name)).mode & 0o777).toBe(0o600);

  const refused = (await agreed.beginCopy())!;
  await buffer(refused.through(streamOf(archive)));
  await agreed.discard(refused);
  expect(readdirSync(kept)).toHaveLength(1);
});

it('never disturbs a download that it cannot copy', async () => {
  const copy = (await agreed.beginCopy())!;
  await rm(kept, { recursive: true });
  await writeFile(kept, 'in its place');
  expect(await buffer(copy.through(streamOf(Buffer.from('bytes'))))).toEqual(Buffer.from('bytes'));
  await agreed.keepCopy(copy);
  expect(noted).toHaveLength(1);
});

it('leaves nothing of a copy that failed, or of a download that broke off', async () => {
  async function* breaking(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('bytes');
    throw new Error('the connection is gone');
  }
  const copy = (await agreed.beginCopy())!;
  await expect(buffer(copy.through(breaking()))).rejects.toThrow('the connection is gone');
  expect(readdirSync(kept)).toHaveLength(1);
  await agreed.keepCopy(copy);
  expect(readdirSync(kept)).toEqual([]);
});

it('keeps the beginning of what is too large, and drops the oldest for it', async () => {
  await keep({ 'content/old.md': 'old' });
  const noise = Array.from({ length: 33 }, () => randomBytes(2 * 1024 * 1024));
  const large = Object.fromEntries(noise.map((bytes, index) => [`content/n${10 + index}.bin`, bytes]));
  const archive = await archiveOf({ 'content/first.md': 'first', ...large, 'content/z.md': 'last' });
  const copy = (await agreed.beginCopy())!;
  for await (const _ of copy.through(streamOf(archive)));
  await agreed.keepCopy(copy);
  expect(readdirSync(kept)).toHaveLength(1);
  expect(statSync(join(kept, readdirSync(kept)[0] ?? '')).size).toBe(64 * 1024 * 1024);
  expect(String(await agreed.read('content/first.md', sha256('first')))).toBe('first');
  expect(await agreed.read('content/z.md', sha256('last'))).toBeUndefined();
  expect(await agreed.read('content/old.md', sha256('old'))).toBeUndefined();

  const sent = join(root, 'sent.tar.gz');
  await writeFile(sent, archive);
  await agreed.keep(sent);
  expect(readdirSync(kept).map((name) => statSync(join(kept, name)).size)).toEqual([64 * 1024 * 1024]);
});

it('packs what was written, but for what nobody merges by hand', async () => {
  const files = { 'content/a.md': 'a1', 'content/large.md': 'x'.repeat(300 * 1024) };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  const steps = Object.entries(files).map(
    ([path, text]) => ({ path, size: text.length, digest: sha256(text) }) as FileStep,
  );
  await agreed.pack(root, steps);
  expect(String(await agreed.read('content/a.md', sha256('a1')))).toBe('a1');
  expect(statSync(join(kept, readdirSync(kept)[0] ?? '')).size).toBeLessThan(500);
  await writeFile(join(root, 'content/a.md'), 'a2');
  await agreed.pack(root, steps);
  expect(readdirSync(kept)).toHaveLength(1);
  expect(noted).toHaveLength(1);
});

it('removes what killed runs have left, and passes over what is no archive', async () => {
  await mkdir(kept, { recursive: true });
  await writeFile(join(kept, 'notes.md'), 'not ours');
  await writeFile(join(kept, `000000000000002-${randomUUID()}.tar.gz.part`), 'half');
  await writeFile(join(kept, `000000000000003-${randomUUID()}.tar.gz`), 'no archive');
  expect(await agreed.read('content/a.md', sha256('a1'))).toBeUndefined();
  await keep({ 'content/a.md': 'a1' });
  expect(readdirSync(kept).filter((name) => !name.endsWith('.tar.gz'))).toEqual(['notes.md']);
  expect(String(await agreed.read('content/a.md', sha256('a1')))).toBe('a1');
});
