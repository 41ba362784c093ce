import * as z from 'zod/mini';
import { openStateDirectory } from '../state/stateDirectory';

const file = 'targets.json';
const schema = z.object({ format: z.literal(1), nonProduction: z.array(z.string()) });

/**
 * Hosts (or `host:port`, or identities) that the user has marked as not production (design.md rule 5).
 * @param root the project's root
 * @throws SyncError stateCorrupted
 */
export async function readNonProductionTargets(root: string): Promise<readonly string[]> {
  return (await openStateDirectory(root).readJson(file, schema))?.nonProduction ?? [];
}

/**
 * Every target that is not this machine is production, until the user says otherwise (design.md rule 5).
 * @param names of the target, any of which may be marked; the first is the one to be told. Lower case where case does not count
 * @returns why it counts as production, as the end of a sentence; null when it is marked
 */
export function whyNotMarked(names: readonly string[], marked: readonly string[]): string | null {
  return marked.some((entry) => names.includes(entry.trim().toLowerCase()))
    ? null
    : `${names[0]} is not this machine and is not marked as non-production`;
}

/**
 * Marks a host, so that writing to it needs no typed confirmation any more. Marking it twice changes nothing.
 * @throws SyncError stateCorrupted, io
 */
export async function markNonProduction(root: string, host: string): Promise<void> {
  const state = openStateDirectory(root);
  const marked = (await state.readJson(file, schema))?.nonProduction ?? [];
  const entry = host.trim().toLowerCase();
  if (marked.includes(entry)) return;
  const marks: z.output<typeof schema> = { format: 1, nonProduction: [...marked, entry].sort() };
  await state.writeJson(file, marks);
}
