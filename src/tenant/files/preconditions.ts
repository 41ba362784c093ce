import { HttpProblem } from '../httpProblem';
import { movedPaths } from './snapshot';
import type { Snapshot } from './snapshot';

/** Manifests that clients may still hold; an older one is answered without the list of what moved since. */
const rememberedManifests = 32;

export interface Preconditions {
  /** Called with every whole manifest that is given out. */
  remember(snapshot: Snapshot): void;
  /** @throws HttpProblem precondition_failed with `details.paths` when the files are not what the caller saw */
  require(ifMatch: IfMatch, current: Snapshot): void;
}

/** `any` is the `*` of RFC 9110; undefined when the caller asks for nothing. */
export type IfMatch = readonly string[] | 'any' | undefined;

/**
 * Reads an If-Match header. Weak tags never match, so they are dropped, as RFC 9110 has it.
 *
 * @throws HttpProblem bad_request
 */
export function parseIfMatch(header: string | undefined): IfMatch {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return 'any';
  const tags = header.split(',').map((tag) => tag.trim());
  if (!tags.every((tag) => /^(W\/)?"[^"]*"$/u.test(tag))) {
    throw new HttpProblem('bad_request', 'If-Match must be a manifest checksum in double quotes.');
  }
  return tags.filter((tag) => !tag.startsWith('W/')).map((tag) => tag.slice(1, -1));
}

export function createPreconditions(): Preconditions {
  const remembered = new Map<string, Snapshot>();
  return {
    remember(snapshot) {
      remembered.delete(snapshot.checksum);
      remembered.set(snapshot.checksum, snapshot);
      const oldest = remembered.size > rememberedManifests ? remembered.keys().next().value : undefined;
      if (oldest !== undefined) remembered.delete(oldest);
    },
    require(ifMatch, current) {
      if (ifMatch === undefined || ifMatch === 'any') return;
      const seen = ifMatch.map((tag) => remembered.get(tag)).find((snapshot) => snapshot !== undefined);
      const moved = seen === undefined ? [] : movedPaths(seen.files, current.files);
      // The checksum does not cover names: a renamed file is found by comparing with what was given out.
      if (ifMatch.includes(current.checksum) && moved.length === 0) return;
      throw new HttpProblem(
        'precondition_failed',
        'The files on the server have changed since the manifest was read.',
        {
          details: { paths: moved, checksum: current.checksum, paths_known: seen !== undefined },
        },
      );
    },
  };
}
