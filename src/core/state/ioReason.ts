import { errnoOf, messageOf, SyncError } from '../syncError';

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied',
  EPERM: 'the operation is not permitted',
  EROFS: 'the disk is read-only',
  EBUSY: 'the file is in use',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'the name is too long',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
  ELOOP: 'too many symbolic links',
  EXDEV: 'it lies on another volume than the staged file',
  ENOENT: 'it does not exist any more',
  EIO: 'the disk reported an error',
};

/** What a failed file system call means to a person. */
export function ioReason(error: unknown): string {
  return reasons[errnoOf(error) ?? ''] ?? messageOf(error);
}

/**
 * Wraps an error of the file system; an error that is ours already stays as it is.
 * @param what what could not be done, on which file: `Could not write services/a.md`
 */
export function ioError(what: string, error: unknown): SyncError {
  if (SyncError.is(error)) return error;
  const errno = errnoOf(error);
  return new SyncError('io', `${what}: ${ioReason(error)}.`, {
    cause: error,
    ...(errno !== undefined && { details: { errno } }),
  });
}
