import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { PassingCopy } from '../../../../src/core/files/archive/passingCopy';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'copy-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
});

async function* streamOf(...chunks: string[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

it('copies what passes by, up to its limit', async () => {
  const copy = new PassingCopy(join(directory, 'copy'), 5);
  expect(String(await buffer(copy.through(streamOf('abc', 'def', 'ghi'))))).toBe('abcdefghi');
  expect(await readFile(copy.file, 'utf8')).toBe('abcde');
  expect([copy.isWhole, copy.failure]).toEqual([true, undefined]);
});

const openFiles = '/proc/self/fd';

it.runIf(existsSync('/dev/full') && existsSync(openFiles))(
  'holds no file open when the disk is full, and copies again when something passes by once more',
  async () => {
    const full = new PassingCopy('/dev/full', 100);
    const before = readdirSync(openFiles).length;
    for (let turn = 0; turn < 3; turn += 1) {
      expect(String(await buffer(full.through(streamOf('abc', 'def'))))).toBe('abcdef');
      expect(full.failure).toMatchObject({ code: 'ENOSPC' });
    }
    expect(readdirSync(openFiles)).toHaveLength(before);

    const copy = new PassingCopy(join(directory, 'missing', 'copy'), 100);
    await buffer(copy.through(streamOf('abc')));
    expect(copy.failure).toMatchObject({ code: 'ENOENT' });
    mkdirSync(join(directory, 'missing'));
    await buffer(copy.through(streamOf('abc')));
    expect([copy.failure, await readFile(copy.file, 'utf8')]).toEqual([undefined, 'abc']);
  },
);
