import * as z from 'zod/mini';
import { sha256, netstrings } from '../digest';
import { breather } from '../disk/breathe';
import { SyncError } from '../syncError';
import type { ProjectLock } from './projectLock';
import type { StateDirectory } from './stateDirectory';

/** An item as both sides last agreed on it. */
export interface BaseEntry {
  readonly digest: string;
  /** Where it was on disk, relative to the project's root, with `/`. */
  readonly path?: string;
}

/** By the item's key as text. */
export type BaseState = ReadonlyMap<string, BaseEntry>;

/** Key, digest and often a path. */
type StoredEntry = readonly [string, string, string?];

function isStoredEntry(value: unknown): value is StoredEntry {
  return (
    Array.isArray(value) &&
    (value.length === 2 || value.length === 3) &&
    value.every((part) => typeof part === 'string')
  );
}

const schema = z.object({
  format: z.literal(1),
  domain: z.string(),
  target: z.string(),
  entries: z.array(z.unknown()),
});

/**
 * The state that disk and target last agreed on (design.md rule 2).
 *
 * @param domain `content`, `files`, `accessControl` …
 * @param target identity of the other side, without secrets: `postgres:127.0.0.1:5432/app`
 * @returns undefined when there is no base at all: then deletions are never inferred. An empty map says that both sides
 *   agreed on nothing.
 * @throws SyncError `stateCorrupted` when the file cannot be understood, or belongs to another target
 */
export async function readBase(
  state: StateDirectory,
  domain: string,
  target: string,
): Promise<BaseState | undefined> {
  const file = baseFile(domain, target);
  const stored = await state.readList(file, schema, 'entries', isStoredEntry);
  if (!stored) return undefined;
  const { head, entries } = stored;
  if (head.domain !== domain || head.target !== target) {
    throw new SyncError(
      'stateCorrupted',
      `The state file .systemprompt/sync/${file} belongs to ${head.domain} of ${head.target}, not to ${domain} of ${target}.`,
      {
        hint: 'It may be deleted: then it is built anew, and until then no deletion is inferred.',
        details: { file, domain, target },
      },
    );
  }
  const base = new Map<string, BaseEntry>();
  const breathe = breather(undefined);
  for (const [key, digest, path] of entries) {
    const pause = breathe();
    if (pause) await pause;
    base.set(key, path === undefined ? { digest } : { digest, path });
  }
  return base;
}

/**
 * Tells one state of a base from another without reading it: it is replaced as a whole each time.
 * @returns undefined when there is no base
 */
export async function readBaseStamp(
  state: StateDirectory,
  domain: string,
  target: string,
): Promise<string | undefined> {
  const stats = await state.fileSystem.lstat(state.path(baseFile(domain, target)));
  return stats && [stats.size, stats.mtimeMs, stats.ino].join(' ');
}

/**
 * Replaces the base of a domain and target. Only the holder of the lock may.
 * @throws SyncError `locked` when another process has taken the lock over, `io`
 */
export async function writeBase(
  state: StateDirectory,
  lock: ProjectLock,
  domain: string,
  target: string,
  base: BaseState,
): Promise<void> {
  const entries = [...base].map(([key, { digest, path }]) =>
    path === undefined ? [key, digest] : [key, digest, path],
  );
  await lock.assertHeld();
  await state.writeJson(baseFile(domain, target), { format: 1, domain, target, entries });
}

/** Readable, and never the same for two targets, however their names fold. */
function baseFile(domain: string, target: string): string {
  const slug = `${domain}-${target}`
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .slice(0, 60);
  return `base/${slug}-${sha256(netstrings([domain, target])).slice(0, 12)}.json`;
}
