import { quoteName } from './sqlText';
import { usersTable, type HomeKind, type SyncTable } from './syncTables';

/**
 * Rows fall into this many groups by the digest of their key. Each side digests its groups, so that equal rows need not be
 * named, let alone moved. With a million rows a group has about a thousand.
 */
export const bucketCount = 1024;

/** The first eight bytes of the key's SHA-256: what the base knows a row by. */
export function keyHashSql(key: string): string {
  return `substr(sha256(convert_to(${key}, 'UTF8')), 1, 8)`;
}

/** The group of a row, from `keyHashSql`: its first ten bits. */
export function bucketOfHashSql(hash: string): string {
  return `((get_byte(${hash}, 0) << 2) | (get_byte(${hash}, 1) >> 6))`;
}

/** The same from the key. */
export function bucketSql(key: string): string {
  return `(('x' || left(encode(sha256(convert_to(${key}, 'UTF8')), 'hex'), 4))::bit(16)::int >> 6)`;
}

/**
 * SHA-256 over a row's key and payload, as bytea. The text behind it is Postgres' own text of a row: unambiguous (what needs
 * it is quoted, null and '' differ), and the same on every server, since values of both sides are cast to text in UTC.
 *
 * @param alias of the table
 * @param columns key first, then the payload in an order that both sides share
 */
export function rowDigestSql(alias: string, columns: readonly string[]): string {
  const values = columns.map((name) => `${alias}.${quoteName(name)}::text`);
  return `sha256(convert_to(ROW(${values.join(', ')})::text, 'UTF8'))`;
}

/** Order-independent digest of a group of digests, hex. Sorting bytes knows no collation, so all servers agree. */
export function groupDigestSql(digest: string): string {
  return `encode(substr(sha256(string_agg(${digest}, ''::bytea ORDER BY ${digest})), 1, 16), 'hex')`;
}

/**
 * True for the users that travel (D-8). Anonymous users are known by their address or role (data.md 4.1). Columns that a
 * side does not have decide nothing.
 */
export function travellingUserSql(
  alias: string,
  columns: ReadonlySet<string>,
  asked: ReadonlySet<HomeKind>,
): string {
  const column = (name: string) => `${alias}.${quoteName(name)}`;
  const homes: (readonly [HomeKind, string, string])[] = [
    ['anonymous', 'email', `${column('email')} LIKE '%@anonymous.local'`],
    ['anonymous', 'roles', `'anonymous' = ANY(${column('roles')}::text[])`],
    ['bot', 'is_bot', `${column('is_bot')}::boolean`],
    ['scanner', 'is_scanner', `${column('is_scanner')}::boolean`],
    ['temporary', 'status', `${column('status')} = 'temporary'`],
    ['deleted', 'status', `${column('status')} = 'deleted'`],
  ];
  const home = homes
    .filter(([kind, name]) => !asked.has(kind) && columns.has(name))
    .map(([, , condition]) => condition);
  return home.length === 0 ? 'true' : `(${home.join(' OR ')}) IS NOT TRUE`;
}

/** The condition under which a row of a table travels; the table's alias is `t`. */
export function travelsSql(
  table: SyncTable,
  users: ReadonlySet<string>,
  asked: ReadonlySet<HomeKind>,
): string {
  if (table === usersTable) return travellingUserSql('t', users, asked);
  return `EXISTS (SELECT 1 FROM users o WHERE o.id = t.user_id AND ${travellingUserSql('o', users, asked)})`;
}
