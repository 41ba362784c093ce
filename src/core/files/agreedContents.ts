import { sha256 } from '../digest';
import { noFolderSeen } from '../state/swapTarget';
import { messageOf } from '../syncError';
import { AgreedPacks, maxAgreedBytes } from './agreedPacks';
import type { ApplyContext } from './applyContext';
import type { FileStep } from './filesPlan';
import { readLocalFile } from './readLocalFile';

/** What nobody merges by hand is not kept. */
const maxFileBytes = 256 * 1024;

/**
 * Keeps contents that both sides agree on, for the day on which both change them. A convenience: what cannot be kept is only
 * noted.
 */
export interface AgreedKeeper {
  /** Takes the content of a step, where it is worth it. The bytes must not change any more. */
  add(path: string, bytes: Uint8Array): Promise<void>;
  /** Makes what was added readable, and drops what it displaces. */
  finish(): Promise<void>;
}

/** @param steps all that may be added, in the order in which that happens: of more than is ever kept, the last ones are */
export function createAgreedKeeper(
  { state, context }: ApplyContext,
  steps: readonly FileStep[],
): AgreedKeeper {
  const wanted = worthKeeping(steps);
  const packs = new AgreedPacks(state);
  let failed = false;
  const attempt = async (call: () => Promise<void>): Promise<void> => {
    if (failed) return;
    try {
      await call();
    } catch (error) {
      failed = true;
      context.logger.debug(`The contents were not kept for a later merge: ${messageOf(error)}`);
    }
  };
  return {
    async add(path, bytes) {
      const digest = wanted.get(path);
      if (digest !== undefined) await attempt(() => packs.add(digest, bytes));
    },
    finish: () => attempt(() => packs.finish()),
  };
}

/** Keeps a copy of what a push has sent. What cannot be read any more is not kept: the push itself is done. */
export async function keepPushed(input: ApplyContext, written: readonly FileStep[]): Promise<void> {
  const keeper = createAgreedKeeper(input, written);
  const seen = noFolderSeen();
  for (const { path, digest, size } of written) {
    if (size > maxFileBytes) continue;
    const read = readLocalFile(input.state.fileSystem, input.servicesDir, path, seen);
    const bytes = await read.catch(() => undefined);
    if (bytes !== undefined && sha256(bytes) === digest) await keeper.add(path, bytes);
  }
  await keeper.finish();
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
