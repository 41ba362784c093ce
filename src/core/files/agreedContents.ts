import { sha256 } from '../digest';
import { noFolderSeen } from '../state/swapTarget';
import { messageOf } from '../syncError';
import { AgreedPacks, maxAgreedBytes } from './agreedPacks';
import type { ContentKeeper } from './archive/stageArchive';
import type { ApplyContext } from './applyContext';
import type { FileStep } from './filesPlan';
import { readLocalFile } from './readLocalFile';

/** What nobody merges by hand is not kept. */
const maxFileBytes = 256 * 1024;

/**
 * Keeps contents that both sides agree on, for the day on which both change them. A convenience: what cannot be kept is only
 * noted.
 */
export interface AgreedKeeper extends ContentKeeper {
  /** Makes what was taken readable, and drops what it displaces. */
  finish(): void;
  /** For an operation that changed nothing. */
  discard(): void;
}

/** @param steps all that may be taken, in the order in which that happens: of more than is ever kept, the last ones are */
export async function createAgreedKeeper(
  { state, context }: ApplyContext,
  steps: readonly FileStep[],
): Promise<AgreedKeeper> {
  const wanted = worthKeeping(steps);
  const packs = new AgreedPacks(state);
  let failed = false;
  const note = (error: unknown): void => {
    failed = true;
    context.logger.debug(`The contents were not kept for a later merge: ${messageOf(error)}`);
  };
  const attempt = (call: () => void): void => {
    if (failed) return;
    try {
      call();
    } catch (error) {
      note(error);
    }
  };
  if (wanted.size > 0) await packs.begin().catch(note);
  return {
    wants: (path) => wanted.has(path),
    take(path, sha256, pieces) {
      if (wanted.get(path) === sha256 && pieces.every(isText)) attempt(() => packs.add(sha256, pieces));
    },
    finish: () => attempt(() => packs.finish()),
    discard: () => attempt(() => packs.discard()),
  };
}

/** Keeps a copy of what a push has sent. What cannot be read any more is not kept: the push itself is done. */
export async function keepPushed(input: ApplyContext, written: readonly FileStep[]): Promise<void> {
  const keeper = await createAgreedKeeper(input, written);
  const seen = noFolderSeen();
  for (const { path } of written) {
    if (!keeper.wants(path)) continue;
    const read = readLocalFile(input.state.fileSystem, input.servicesDir, path, seen);
    const bytes = await read.catch(() => undefined);
    if (bytes !== undefined) keeper.take(path, sha256(bytes), [bytes]);
  }
  keeper.finish();
}

/** Images are not merged by hand either. */
function isText(piece: Uint8Array): boolean {
  return !piece.includes(0);
}

/** Digests by path. */
function worthKeeping(steps: readonly FileStep[]): ReadonlyMap<string, string> {
  const wanted = new Map<string, string>();
  let bytes = 0;
  for (let index = steps.length - 1; index >= 0; index -= 1) {
    const { path = '', digest, size = 0 } = steps[index] ?? {};
    if (digest === undefined || size > maxFileBytes) continue;
    bytes += size;
    if (bytes > maxAgreedBytes) break;
    wanted.set(path, digest);
  }
  return wanted;
}
