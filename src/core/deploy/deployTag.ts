import { SyncError } from '../syncError';

/** A tag as the distribution specification of the OCI has it. */
const ociTag = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/**
 * A tag that was given, checked.
 * @throws SyncError `invalidInput`
 */
export function checkTag(tag: string): string {
  if (ociTag.test(tag)) return tag;
  throw new SyncError('invalidInput', `"${tag.slice(0, 140)}" cannot be the tag of an image.`, {
    hint: 'A tag has up to 128 letters, digits, "_", "." and "-", and does not begin with "." or "-".',
    details: { field: 'tag' },
  });
}

/**
 * `deploy-<unix seconds>-<short sha>` (cloud.md 1.9); outside of a repository the last part says so.
 * @param sha undefined outside of a repository
 */
export function makeTag(nowMs: number, sha: string | undefined): string {
  return `deploy-${Math.floor(nowMs / 1000)}-${sha ?? 'nogit'}`;
}
