import { randomUUID } from 'node:crypto';
import { createReadStream, lstatSync, readdirSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../digest';
import type { RunContext } from '../ports';
import { ioError } from '../state/ioReason';
import { isOwnName } from '../state/ownName';
import type { StateDirectory } from '../state/stateDirectory';
import { errnoOf, messageOf, SyncError } from '../syncError';
import { PassingCopy } from './archive/passingCopy';
import { readArchive } from './archive/readArchive';
import { writeArchive } from './archive/writeArchive';
import type { FileStep } from './filesPlan';

/** Of all archives together, packed. Of a larger one its beginning is kept. */
const maxAgreedBytes = 64 * 1024 * 1024;
const maxArchives = 1_000;
/** What nobody merges by hand is not given. */
const maxTextBytes = 256 * 1024;
const folder = ['cache', 'agreed'] as const;
const suffix = '.tar.gz';
const partSuffix = '.part';

/**
 * Contents that both sides agree on, for the day on which both change them: the archives that carried them, as they are. That
 * costs no more than writing what passes by, or a rename. A convenience: what cannot be kept is only noted. For the holder of
 * the lock, but for `read`.
 */
export class AgreedArchives {
  readonly #state: StateDirectory;
  readonly #logger: RunContext['logger'];

  constructor(state: StateDirectory, { logger }: Pick<RunContext, 'logger'>) {
    this.#state = state;
    this.#logger = logger;
  }

  /** For an archive that is about to be downloaded; `keepCopy` or `discard` follows. */
  async beginCopy(): Promise<PassingCopy | undefined> {
    const name = await this.#attempt(() => this.#newName());
    return name === undefined ? undefined : new PassingCopy(name + partSuffix, maxAgreedBytes);
  }

  async keepCopy(copy: PassingCopy): Promise<void> {
    const { file, failure, isWhole } = copy;
    if (failure !== undefined) this.#note(failure);
    if (failure === undefined && isWhole) await this.keep(file);
    else await this.discard(copy);
  }

  /** Of a download that came to nothing. What cannot be removed now goes when the next one is kept. */
  async discard({ file }: PassingCopy): Promise<void> {
    await rm(file, { force: true }).catch(() => undefined);
  }

  /** Takes over an archive file that was sent, or downloaded. */
  async keep(file: string): Promise<void> {
    await this.#attempt(async () => {
      const name = await this.#newName();
      if (lstatSync(file).size > maxAgreedBytes) truncateSync(file, maxAgreedBytes);
      renameSync(file, name);
      this.#prune();
    });
  }

  /** Packs what was written to the disk, where the archive that brought it holds much else. */
  async pack(servicesDir: string, written: readonly FileStep[]): Promise<void> {
    const sources = written
      .filter(({ digest, size }) => digest !== undefined && size <= maxTextBytes)
      .map(({ path, size, digest }) => ({ path, size, content: { file: join(servicesDir, path), digest } }));
    if (sources.length === 0) return;
    await this.#attempt(async () => {
      const part = (await this.#newName()) + partSuffix;
      try {
        await writeFile(part, writeArchive(sources, { level: 1 }), { mode: 0o600 });
        await this.keep(part);
      } finally {
        await rm(part, { force: true });
      }
    });
  }

  /**
   * The content of a file that had this digest, verified; undefined when it is not there, or nobody merges such a thing by hand.
   * @throws SyncError `io`
   */
  async read(path: string, digest: string): Promise<Buffer | undefined> {
    for (const name of this.#names().filter((one) => one.endsWith(suffix))) {
      const bytes = await readFrom(this.#state.path(...folder, name), path);
      if (bytes === undefined || sha256(bytes) !== digest) continue;
      return bytes.includes(0) ? undefined : bytes;
    }
    return undefined;
  }

  /** By time: the newest name is the last one. Nobody reads a file while it is a part. */
  async #newName(): Promise<string> {
    const name = `${String(Date.now()).padStart(15, '0')}-${randomUUID()}${suffix}`;
    return join(await this.#state.ensure(...folder), name);
  }

  /** Newest first. */
  #names(): readonly string[] {
    try {
      return readdirSync(this.#state.path(...folder))
        .filter(isArchiveName)
        .sort()
        .reverse();
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return [];
      throw ioError('Could not list the kept archives', error);
    }
  }

  /** Also of what a killed run has left: only the holder of the lock writes here. */
  #prune(): void {
    let bytes = 0;
    for (const [index, name] of this.#names().entries()) {
      const path = this.#state.path(...folder, name);
      bytes += lstatSync(path).size;
      if (!name.endsWith(suffix) || bytes > maxAgreedBytes || index >= maxArchives)
        rmSync(path, { recursive: true, force: true });
    }
  }

  async #attempt<T>(call: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await call();
    } catch (error) {
      this.#note(error);
      return undefined;
    }
  }

  #note(error: unknown): void {
    this.#logger.debug(`The contents were not kept for a later merge: ${messageOf(error)}`);
  }
}

function isArchiveName(name: string): boolean {
  const [, random = ''] = /^\d{15}-(.*)$/.exec(name) ?? [];
  return isOwnName(random, suffix) || isOwnName(random, suffix + partSuffix);
}

/** Of one file; undefined when the archive does not hold it, at least not in the part of it that was kept. */
async function readFrom(archive: string, path: string): Promise<Buffer | undefined> {
  let reading: Buffer[] | undefined;
  let found: Buffer | undefined;
  try {
    await readArchive(createReadStream(archive), {
      begin: (entry) => {
        if (entry.path === path && entry.kind === 'file' && entry.size <= maxTextBytes) reading = [];
      },
      // What is handed in here may be part of much more memory.
      data: (chunk) => void reading?.push(Buffer.from(chunk)),
      end: () => {
        if (reading) found = Buffer.concat(reading);
        reading = undefined;
      },
    });
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    if (!SyncError.is(error, 'tarballUnsafe')) throw ioError('Could not read a kept archive', error);
  }
  return found;
}
