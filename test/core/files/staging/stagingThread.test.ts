import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import type { StagedFile } from '../../../../src/core/files/archive/stageArchive';
import { writeArchive } from '../../../../src/core/files/archive/writeArchive';
import {
  stageDownload,
  type DownloadStaging,
  type StageDownload,
} from '../../../../src/core/files/staging/stageDownload';
import { StagingThread } from '../../../../src/core/files/staging/stagingThread';
import { builtFile } from '../../../support/builtFile';
import { hostileArchives } from '../../../support/hostileArchives';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'thread-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
});

function startThread(file = builtFile('stagingWorker.js')): StagingThread {
  const thread = new StagingThread(file);
  onTestFinished(() => thread.close());
  return thread;
}

/** Of noise, so that it is as large packed as unpacked. */
async function archiveOf(count: number, bytes: number): Promise<Buffer> {
  const sources = Array.from({ length: count }, (_, index) => ({
    path: `content/d${index % 3}/${index}.bin`,
    size: bytes,
    executable: index === 1,
    content: randomBytes(bytes),
  }));
  return buffer(writeArchive(sources));
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let offset = 0; offset < bytes.length; offset += size) yield bytes.subarray(offset, offset + size);
}

async function filesOf(
  stage: StageDownload,
  archive: AsyncIterable<Uint8Array>,
  staging: DownloadStaging,
  signal?: AbortSignal,
): Promise<StagedFile[]> {
  const files: StagedFile[] = [];
  await stage(archive, staging, { signal, onStaged: (file) => files.push(file) });
  return files;
}

const directories = ['content'];

it.each([1_000, 65_536, 3_000_000])(
  'stages what this thread would stage, from pieces of %i bytes, one download after the other',
  async (size) => {
    const archive = await archiveOf(40, 300_000);
    const wanted = new Set(Array.from({ length: 30 }, (_, index) => `content/d${index % 3}/${index}.bin`));
    const folders = new Map([['content/d1', 'f0']]);
    const staging = (name: string) => ({
      folder: join(directory, name),
      mode: 0o644,
      wanted,
      directories,
      folders,
    });
    const here = await filesOf(stageDownload, inPieces(archive, size), staging('here'));
    expect(here.filter(({ executable }) => executable)).toHaveLength(1);
    const thread = startThread();
    for (const name of ['first', 'second']) {
      const there = await filesOf(thread.stage, inPieces(archive, size), staging(name));
      const placed = here.map((file) => ({ ...file, stagedPath: join(directory, name, String(file.name)) }));
      expect(there).toEqual(placed);
      const [one] = there;
      expect(await readFile(one?.stagedPath ?? '')).toEqual(await readFile(here[0]?.stagedPath ?? ''));
    }
  },
);

it('gives back the memory of a chunk that has it to itself, and of no other', async () => {
  const archive = await archiveOf(3, 100_000);
  const shared = Uint8Array.from(archive).subarray(0, 100_000);
  const alone = Uint8Array.from(archive.subarray(100_000));
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield shared;
    yield alone;
  }
  const staging = { folder: join(directory, 'staged'), directories };
  expect(await filesOf(startThread().stage, chunks(), staging)).toHaveLength(3);
  expect(alone).toHaveLength(0);
  expect(shared).toEqual(Uint8Array.from(archive.subarray(0, 100_000)));
});

it('refuses what this thread refuses, by the same rule, and leaves nothing', async () => {
  const thread = startThread();
  for (const { name, bytes } of hostileArchives) {
    const staging = { folder: join(directory, 'staged'), directories };
    const failure = (stage: typeof stageDownload) =>
      filesOf(stage, inPieces(bytes(), 4_096), staging).then(
        () => undefined,
        ({ code, message, hint, details }: Record<string, unknown>) => ({ code, message, hint, details }),
      );
    const here = await failure(stageDownload);
    expect(here, name).toMatchObject({ code: 'tarballUnsafe' });
    expect(await failure(thread.stage), name).toEqual(here);
    expect(existsSync(staging.folder), name).toBe(false);
  }
});

it('refuses at once, does not wait for bytes that never come, and stages the next one', async () => {
  async function* stuck(): AsyncGenerator<Buffer> {
    yield Buffer.alloc(600_000, 'not a gzip stream');
    await new Promise(() => undefined);
  }
  const thread = startThread();
  const refused = filesOf(thread.stage, stuck(), { folder: join(directory, 'staged'), directories });
  await expect(refused).rejects.toMatchObject({ code: 'tarballUnsafe' });
  const next = inPieces(await archiveOf(10, 200_000), 65_536);
  expect(await filesOf(thread.stage, next, { folder: join(directory, 'next'), directories })).toHaveLength(
    10,
  );
});

it('gives the error of a download that breaks, leaves nothing, and stages the next one', async () => {
  const archive = await archiveOf(10, 200_000);
  const thread = startThread();
  const staging = { folder: join(directory, 'staged'), directories };
  async function* breaking(): AsyncGenerator<Buffer> {
    yield archive.subarray(0, 1_200_000);
    throw new Error('the connection is gone');
  }
  await expect(filesOf(thread.stage, breaking(), staging)).rejects.toThrow('the connection is gone');
  expect(existsSync(staging.folder)).toBe(false);
  expect(await filesOf(thread.stage, inPieces(archive, 65_536), staging)).toHaveLength(10);
});

it('stops when it is cancelled, and leaves nothing', async () => {
  const archive = await archiveOf(40, 200_000);
  const controller = new AbortController();
  async function* stopping(): AsyncGenerator<Buffer> {
    yield archive.subarray(0, 4_000_000);
    controller.abort();
    yield archive.subarray(4_000_000);
  }
  const staging = { folder: join(directory, 'staged'), directories };
  const stopped = filesOf(startThread().stage, stopping(), staging, controller.signal);
  await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
  expect(existsSync(staging.folder)).toBe(false);
});

it('says so when the thread cannot start', async () => {
  const thread = startThread(join(directory, 'missing.js'));
  const staging = { folder: join(directory, 'staged'), directories };
  const failed = () => filesOf(thread.stage, inPieces(archive, 100), staging);
  const archive = await archiveOf(1, 10);
  await expect(failed()).rejects.toMatchObject({ code: 'internal', hint: 'Nothing was changed. Try again.' });
  await expect(failed()).rejects.toMatchObject({ code: 'internal' });
});
