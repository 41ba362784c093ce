import { unsafeArchive } from './archiveRule';

/** Keys that change nothing we use: times, owners and attributes of the machine that packed. */
const harmless =
  /^(mtime|atime|ctime|uid|gid|uname|gname|comment|SCHILY\.(dev|ino|nlink|xattr\..+|fflags|acl\..+)|LIBARCHIVE\..+)$/u;

export interface PaxOverrides {
  readonly path?: string;
  readonly size?: number;
}

/**
 * Reads the body of a local pax header strictly: records `LENGTH KEY=VALUE\n` without a gap, each key once, nothing
 * that we would have to interpret beyond path and size.
 *
 * @throws SyncError tarballUnsafe
 */
export function parsePaxRecords(body: Buffer): PaxOverrides {
  const found = new Map<string, string>();
  let offset = 0;
  while (offset < body.length) {
    const blank = body.indexOf(0x20, offset);
    const digits = blank === -1 ? '' : body.toString('latin1', offset, blank);
    const length = /^[1-9][0-9]{0,6}$/u.test(digits) ? Number(digits) : 0;
    const end = offset + length;
    if (length <= digits.length + 1 || end > body.length || body[end - 1] !== 0x0a) {
      throw unsafeArchive('extendedHeader', 'an extended header is malformed');
    }
    const record = body.toString('utf8', blank + 1, end - 1);
    const equals = record.indexOf('=');
    const key = record.slice(0, Math.max(equals, 0));
    if (key === '' || found.has(key)) {
      throw unsafeArchive('extendedHeader', 'an extended header has a record without or with a repeated key');
    }
    found.set(key, record.slice(equals + 1));
    offset = end;
  }
  return toOverrides(found);
}

function toOverrides(found: ReadonlyMap<string, string>): PaxOverrides {
  let overrides: PaxOverrides = {};
  for (const [key, value] of found) {
    if (key === 'path') overrides = { ...overrides, path: value };
    else if (key === 'size' && /^[0-9]{1,15}$/u.test(value))
      overrides = { ...overrides, size: Number(value) };
    else if (!harmless.test(key)) {
      throw unsafeArchive(
        'extendedHeader',
        'an extended header sets something other than path, times or owner',
      );
    }
  }
  return overrides;
}
