import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import fc from 'fast-check';
import * as tar from 'tar';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { defaultArchiveLimits } from '../../../../src/core/files/archive/archiveLimits';
import type { ArchiveLimits } from '../../../../src/core/files/archive/archiveLimits';
import { readArchive } from '../../../../src/core/files/archive/readArchive';
import { stageArchive } from '../../../../src/core/files/archive/stageArchive';
import { SyncError } from '../../../../src/core/syncError';
import { hostileArchives, paxRecord, rawTar } from '../../../support/hostileArchives';
import { archiveOf } from '../../../support/tenantFixture';

let directory: string;
beforeEach(async () => void (directory = await mkdtemp(join(tmpdir(), 'hostile-'))));
afterEach(() => rm(directory, { recursive: true, force: true }));

async function* stream(bytes: Buffer, size = 65_536): AsyncGenerator<Buffer> {
  for (let offset = 0; offset < bytes.length; offset += size) yield bytes.subarray(offset, offset + size);
}

async function pathsOf(bytes: Buffer, limits: ArchiveLimits = defaultArchiveLimits): Promise<string[]> {
  const paths: string[] = [];
  const visitor = {
    begin: ({ path }: { path: string }) => void paths.push(path),
    data: () => {},
    end: () => {},
  };
  await readArchive(stream(bytes), visitor, { limits });
  return paths;
}

describe('a hostile archive', () => {
  it('exists in at least sixty forms with different names', () => {
    expect(new Set(hostileArchives.map((archive) => archive.name)).size).toBe(hostileArchives.length);
    expect(hostileArchives.length).toBeGreaterThanOrEqual(60);
  });

  it.each(hostileArchives)(
    'with $name is refused by the rule "$rule" and leaves nothing',
    async ({ rule, bytes }) => {
      const staged = stageArchive(stream(bytes()), { directory: join(directory, 'staged') });
      await expect(staged).rejects.toMatchObject({ code: 'tarballUnsafe', details: { rule } });
      expect(await readdir(directory)).toEqual([]);
    },
  );

  it.each(hostileArchives.filter(({ rule }) => rule !== 'entryCount' && rule !== 'ratio'))(
    'with $name is refused by the same rule when it comes in small pieces',
    async ({ rule, bytes }) => {
      const staged = stageArchive(stream(bytes(), 97), { directory: join(directory, 'staged') });
      await expect(staged).rejects.toMatchObject({ code: 'tarballUnsafe', details: { rule } });
    },
  );

  it('is named in the refusal without its control characters', async () => {
    const bytes = gzipSync(rawTar({ name: 'content/\x1b[31m\u202ea', content: 'x' }));
    await expect(pathsOf(bytes)).rejects.toThrow('content/\\u{1b}[31m\\u{202e}a');
  });

  it('is refused without waiting for a sender that has stopped', async () => {
    const stalled = (async function* (): AsyncGenerator<Buffer> {
      yield gzipSync(rawTar({ name: '/etc/passwd', content: 'x' })).subarray(0, -1);
      await new Promise(() => {});
    })();
    await expect(readArchive(stalled, { begin() {}, data() {}, end() {} })).rejects.toMatchObject({
      details: { rule: 'absolute' },
    });
  });

  it('never raises anything but a refusal, however an archive is damaged', async () => {
    const sound = await archiveOf({
      'content/a.md': 'a'.repeat(700),
      'content/ä.md': 'b',
      'agents/c.yaml': 'c',
    });
    const plain = rawTar(
      { name: 'content/a.md', content: 'x' },
      { name: 'content/b.md', content: 'y'.repeat(600) },
    );
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    const attempt = async (bytes: Buffer): Promise<void> => {
      try {
        await pathsOf(bytes);
      } catch (error) {
        expect(SyncError.is(error, 'tarballUnsafe') ? 'refused' : error).toBe('refused');
      }
    };
    await fc.assert(
      fc.asyncProperty(damage, fc.boolean(), async (changes, inside) => {
        const bytes = Buffer.from(inside ? plain : sound);
        for (const [offset, value] of changes) bytes[offset % bytes.length] = value;
        await attempt(inside ? gzipSync(bytes) : bytes);
      }),
      { numRuns: 1500 },
    );
  });
});

describe('a limit', () => {
  const big = { 'content/a.md': 'a'.repeat(5000), 'content/b.md': 'b'.repeat(5000) };
  it.each<[string, Partial<ArchiveLimits>, string]>([
    ['entries', { maxEntries: 1 }, 'entryCount'],
    ['bytes of one file', { maxEntryBytes: 4999 }, 'entrySize'],
    ['bytes in all', { maxTotalBytes: 9999 }, 'totalSize'],
    ['the ratio', { ratioGraceBytes: 100, maxRatio: 2 }, 'ratio'],
    ['the depth', { maxDepth: 1 }, 'pathLength'],
    ['the length of a path', { maxPathBytes: 11 }, 'pathLength'],
  ])('on %s is kept', async (_name, limit, rule) => {
    const bytes = await archiveOf(big);
    await expect(pathsOf(bytes, { ...defaultArchiveLimits, ...limit })).rejects.toMatchObject({
      details: { rule },
    });
    expect(await pathsOf(bytes)).toEqual(['content/a.md', 'content/b.md']);
  });
});

describe('an honest archive', () => {
  it('of the tar library is read, with long and foreign names, directories and a leading ./', async () => {
    const long = `content/${'long-'.repeat(30)}/日本-${'x'.repeat(90)}.md`;
    const { writeFiles } = await import('../../../support/tenantFixture');
    await writeFiles(directory, { 'agents/a.yaml': 'a', [long]: 'b' });
    const archive = tar.create({ gzip: true, sync: true, cwd: directory }, ['.']).read();
    expect((await pathsOf(archive!)).filter((path) => /\.(md|yaml)$/u.test(path)).sort()).toEqual([
      'agents/a.yaml',
      long,
    ]);
  });

  it('with GNU long names and harmless extended headers is read', async () => {
    const name = `content/${'n'.repeat(120)}.md`;
    const bytes = gzipSync(
      rawTar(
        { name: '././@LongLink', type: 'L', content: `${name}\0` },
        { name: name.slice(0, 100), content: 'x' },
        { name: 'p', type: 'x', content: paxRecord('mtime', '1.5') + paxRecord('path', 'content/ü.md') },
        { name: 'content/u.md', content: 'y' },
        { name: 'content/sub/', type: '5' },
      ),
    );
    expect(await pathsOf(bytes)).toEqual([name, 'content/ü.md', 'content/sub']);
  });

  it('with blocks of padding behind its end is read', async () => {
    const bytes = gzipSync(
      Buffer.concat([rawTar({ name: 'content/a.md', content: 'x' }), Buffer.alloc(9216)]),
    );
    expect(await pathsOf(bytes)).toEqual(['content/a.md']);
  });

  it('passes errors of its source on as they are', async () => {
    const failing = (async function* (): AsyncGenerator<Buffer> {
      yield (await archiveOf({ 'content/a.md': 'x' })).subarray(0, 30);
      throw new Error('reset by peer');
    })();
    await expect(readArchive(failing, { begin() {}, data() {}, end() {} })).rejects.toThrow('reset by peer');
  });
});

describe('what we write', () => {
  it('is read by the tar library', async () => {
    const files = {
      'content/größe/日本.md': 'ü',
      [`content/${'deep/'.repeat(25)}x.md`]: 'x',
      'agents/a.yaml': 'a',
    };
    const bytes = await archiveOf(files);
    const seen: string[] = [];
    const parser = tar.list({
      onReadEntry: (entry) => void seen.push(`${entry.type} ${entry.path} ${entry.size}`),
    });
    await new Promise<void>((resolve, reject) => {
      parser.on('end', () => resolve());
      parser.on('error', reject);
      parser.end(bytes);
    });
    const expected = Object.entries(files).map(([path, text]) => `File ${path} ${Buffer.byteLength(text)}`);
    expect(seen.sort()).toEqual(expected.sort());
  });
});
