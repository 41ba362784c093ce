import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunContext } from '../ports';
import { ioError } from '../state/ioReason';
import { SyncError } from '../syncError';
import type { ArchiveSource, FileToPack } from './archive/archiveSource';
import { freeBuffer } from './archive/freeBuffer';
import { writeArchive } from './archive/writeArchive';
import type { FileStep } from './filesPlan';

/** An archive on disk, ready to be sent. */
export interface PackedUpload {
  readonly file: string;
  readonly bytes: number;
  readonly steps: readonly FileStep[];
}

export interface PackOptions {
  readonly servicesDir: string;
  /** Largest archive, in packed bytes. */
  readonly limitBytes: number;
  /** Where the archives go. */
  readonly folder: string;
  readonly context: RunContext;
  /** A file that is no longer what the plan saw, or that fits into no archive: it is left out, the others go on. */
  readonly refuse: (step: FileStep, why: 'moved' | 'tooLarge') => void;
}

/** Text compresses to a third or less: the first try of an archive that holds many files. */
const firstTryFactor = 3;

/**
 * Packs files into as few archives as the limit allows, in order. Each content is hashed on its way into the archive: what is
 * not what the plan saw is not sent.
 *
 * @throws SyncError `io`, `cancelled`
 */
export async function packUploads(
  steps: readonly FileStep[],
  options: PackOptions,
): Promise<readonly PackedUpload[]> {
  const packed: PackedUpload[] = [];
  let group: FileStep[] = [];
  let bytes = 0;
  for (const step of steps) {
    if (group.length > 0 && bytes + step.size > options.limitBytes * firstTryFactor) {
      packed.push(...(await packFitting(group, options)));
      group = [];
      bytes = 0;
    }
    group.push(step);
    bytes += step.size;
  }
  packed.push(...(await packFitting(group, options)));
  return packed;
}

/** Packs a group; in halves when it is over the limit, and without a file that has moved. */
async function packFitting(group: readonly FileStep[], options: PackOptions): Promise<PackedUpload[]> {
  const [only] = group;
  if (only === undefined) return [];
  const outcome = await packOnce(group, options);
  if ('bytes' in outcome) return [outcome];
  if (outcome.moved !== undefined) {
    const { moved } = outcome;
    const step = group.find(({ path }) => path === moved) ?? only;
    options.refuse(step, 'moved');
    return packFitting(
      group.filter((other) => other !== step),
      options,
    );
  }
  if (group.length === 1) {
    options.refuse(only, 'tooLarge');
    return [];
  }
  const middle = halfOf(group);
  const first = await packFitting(group.slice(0, middle), options);
  return [...first, ...(await packFitting(group.slice(middle), options))];
}

function halfOf(group: readonly FileStep[]): number {
  const half = group.reduce((sum, { size }) => sum + size, 0) / 2;
  let bytes = 0;
  for (const [index, { size }] of group.entries()) {
    bytes += size;
    if (bytes >= half) return Math.min(Math.max(index, 1), group.length - 1);
  }
  return Math.ceil(group.length / 2);
}

let archives = 0;

async function packOnce(
  group: readonly FileStep[],
  { servicesDir, limitBytes, folder, context }: PackOptions,
): Promise<PackedUpload | { readonly moved: string | undefined }> {
  archives += 1;
  const file = join(folder, `${archives}.tar.gz`);
  const sources = group.map((step) => new StepSource(step, servicesDir));
  let bytes = 0;
  try {
    const handle = await open(file, 'wx', 0o600);
    try {
      for await (const chunk of writeArchive(sources, { signal: context.signal })) {
        bytes += chunk.byteLength;
        if (bytes > limitBytes) break;
        await handle.write(chunk);
        freeBuffer(chunk);
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    await rm(file, { force: true });
    const path = SyncError.is(error, 'conflict') ? error.details?.['path'] : undefined;
    if (typeof path === 'string') return { moved: path };
    throw ioError('Could not pack the files', error);
  }
  if (bytes <= limitBytes) return { file, bytes, steps: group };
  await rm(file, { force: true });
  return { moved: undefined };
}

/**
 * Whether an archive of this file alone stays under the limit; measured without writing anything.
 *
 * @throws SyncError `cancelled`, `io`
 */
export async function fitsAlone(
  step: StepToPack,
  servicesDir: string,
  limitBytes: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  let bytes = 0;
  try {
    for await (const chunk of writeArchive([new StepSource(step, servicesDir)], { signal })) {
      bytes += chunk.byteLength;
      if (bytes > limitBytes) return false;
    }
  } catch (error) {
    // It has moved since it was hashed: that is said where it would be sent.
    if (!SyncError.is(error, 'conflict')) throw error;
  }
  return true;
}

type StepToPack = Pick<FileStep, 'path' | 'size' | 'digest' | 'executable'>;

/** Holds nothing but its step: that and an absolute path for each of all files at once would be most of the memory of a push. */
class StepSource implements ArchiveSource {
  constructor(
    private readonly step: StepToPack,
    private readonly servicesDir: string,
  ) {}

  get path(): string {
    return this.step.path;
  }

  get size(): number {
    return this.step.size;
  }

  get executable(): boolean {
    return this.step.executable === true;
  }

  get content(): FileToPack {
    return { file: join(this.servicesDir, this.step.path), digest: this.step.digest };
  }
}
