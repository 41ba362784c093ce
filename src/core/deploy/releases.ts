import * as z from 'zod/mini';
import { netstrings, sha256 } from '../digest';
import type { StateDirectory } from '../state/stateDirectory';
import type { ProjectLock } from '../state/projectLock';

/**
 * `live`: the tenant reported ready with it. `released`: the control plane took it, and nobody waited or it was not ready in
 * time. `failed`: the release call did not succeed. `cancelled`: stopped after the push.
 */
export const releaseResults = ['live', 'released', 'failed', 'cancelled'] as const;
export type ReleaseResult = (typeof releaseResults)[number];

const releaseSchema = z.object({
  tag: z.string(),
  image: z.string(),
  digest: z.nullable(z.string()),
  sha: z.nullable(z.string()),
  dirty: z.boolean(),
  at: z.string(),
  by: z.string(),
  result: z.enum(releaseResults),
  rollback: z.boolean(),
});

/** One release of an image that lies in the registry. */
export type Release = Readonly<z.output<typeof releaseSchema>>;

const fileSchema = z.object({ format: z.literal(1), target: z.string(), releases: z.array(releaseSchema) });

export const keptReleases = 10;

/**
 * The last releases of a tenant, newest first.
 * @param target identity of the tenant, without secrets
 * @throws SyncError `stateCorrupted`, `io`
 */
export async function readReleases(state: StateDirectory, target: string): Promise<readonly Release[]> {
  const stored = await state.readJson(fileOf(target), fileSchema);
  return stored?.releases ?? [];
}

/**
 * Adds a release; the oldest beyond ten go. Only the holder of the lock may.
 * @throws SyncError `locked`, `stateCorrupted`, `io`
 */
export async function addRelease(
  state: StateDirectory,
  lock: ProjectLock,
  target: string,
  release: Release,
): Promise<void> {
  const releases = [release, ...(await readReleases(state, target))].slice(0, keptReleases);
  await lock.assertHeld();
  await state.writeJson(fileOf(target), { format: 1, target, releases });
}

/** What this project last brought to life; undefined when it does not know. */
export function liveRelease(releases: readonly Release[]): Release | undefined {
  return releases.find(({ result }) => result === 'live' || result === 'released');
}

function fileOf(target: string): string {
  return `releases/${sha256(netstrings([target])).slice(0, 16)}.json`;
}
