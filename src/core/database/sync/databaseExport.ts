import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { ioError } from '../../state/ioReason';
import { errnoOf, SyncError } from '../../syncError';
import type { Database } from '../connection';
import type { Catalog, TableCatalog } from './catalog';
import { readRows } from '../copyStreams';
import { travelsSql } from './rowSql';
import { syncTables, type HomeKind, type SyncArea, type SyncTable } from './syncTables';

/** A row as a file holds it: names are the columns', times are RFC 3339 in UTC, roles a list of texts. */
export type ExportRow = Readonly<Record<string, unknown>>;

/** The file of `--out` and `--in` (data.md 4.4): users, the contexts of those users, and when they were read. */
export interface DatabaseExport {
  readonly users: readonly ExportRow[];
  readonly contexts: readonly ExportRow[];
  readonly timestamp: string;
}

const row = z.record(z.string(), z.unknown());
const schema = z.object({ users: z.array(row), contexts: z.array(row), timestamp: z.string() });

/** A whole file is held while it is read. */
const maxFileBytes = 256 * 1024 * 1024;

/**
 * Writes what travels from one snapshot into a new file that only its owner can read, row by row. It holds personal data.
 * @param now milliseconds since the epoch
 * @returns how many rows it holds
 * @throws SyncError `invalidInput` when the file exists, `io`, `database`, `cancelled`
 */
export async function writeExport(
  db: Database,
  catalog: Catalog,
  asked: ReadonlySet<HomeKind>,
  file: string,
  now: number,
): Promise<Record<SyncArea, number>> {
  await refuseExisting(file);
  const temporary = join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`);
  const counts: Record<SyncArea, number> = { users: 0, contexts: 0 };
  try {
    const output = await open(temporary, 'wx', 0o600);
    try {
      await output.write('{');
      const users = new Set(catalog.tables.users?.columns.map(({ name }) => name));
      for (const table of syncTables) {
        await output.write(`"${table.area}":[\n`);
        const query = `SELECT to_jsonb(t)::text FROM ${table.name} t WHERE ${travelsSql(table, users, asked)} ORDER BY t.${table.key} COLLATE "C"`;
        await readRows(db, query, async (rows) => {
          const text = rows.map(([json]) => json).join(',\n');
          await output.write(`${counts[table.area] === 0 ? '' : ',\n'}${text}`);
          counts[table.area] += rows.length;
        });
        await output.write('\n],\n');
      }
      await output.write(`"timestamp":${JSON.stringify(new Date(now).toISOString())}}\n`);
      await output.sync();
    } finally {
      await output.close();
    }
    await refuseExisting(file);
    await rename(temporary, file);
    return counts;
  } catch (error) {
    await rm(temporary, { force: true });
    throw errnoOf(error) === undefined ? error : ioError(`Could not write ${file}`, error);
  }
}

/**
 * Reads a file of `writeExport`, or of the same shape.
 * @throws SyncError `io`, or `invalidInput` that names the file and what is wrong in it; never a value of a row
 */
export async function readExport(file: string): Promise<DatabaseExport> {
  const text = await readText(file);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw unusable(file, 'it is not JSON', cause);
  }
  const parsed = z.safeParse(schema, json);
  if (!parsed.success)
    throw unusable(file, 'it has to hold "users", "contexts" and "timestamp"', parsed.error);
  for (const { area, key } of syncTables) checkRows(file, area, key, parsed.data[area]);
  return parsed.data;
}

/** What a file has, in the terms of a catalog; a table without rows has whatever the target has. */
export function exportCatalog(file: string, { users, contexts }: DatabaseExport, target: Catalog): Catalog {
  const table = (
    rows: readonly ExportRow[],
    otherwise: TableCatalog | undefined,
  ): TableCatalog | undefined =>
    rows[0] === undefined
      ? otherwise
      : {
          columns: Object.keys(rows[0]).map((name) => ({
            name,
            type: 'text',
            notNull: false,
            hasDefault: false,
          })),
          checks: [],
        };
  return {
    server: `file ${file}`,
    tables: { users: table(users, target.tables.users), contexts: table(contexts, target.tables.contexts) },
    hasSessions: false,
  };
}

/**
 * A JSON value as the text that Postgres reads for it.
 * @param type the column's, as the catalog writes it: `text[]`
 */
export function postgresText(value: unknown, type: string): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && type.endsWith('[]')) return `{${value.map(arrayItem).join(',')}}`;
  return JSON.stringify(value);
}

function arrayItem(value: unknown): string {
  const text = postgresText(value, '');
  return text === null ? 'NULL' : `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function checkRows(file: string, area: SyncArea, key: SyncTable['key'], rows: readonly ExportRow[]): void {
  const columns = Object.keys(rows[0] ?? {})
    .sort()
    .join(' ');
  const keys = new Set<string>();
  for (const [index, found] of rows.entries()) {
    const place = `${area}[${index}]`;
    const value = found[key];
    if (typeof value !== 'string' || value === '') throw unusable(file, `${place} has no ${key}`);
    if (keys.has(value)) throw unusable(file, `${place} repeats a ${key}`);
    if (Object.keys(found).sort().join(' ') !== columns)
      throw unusable(file, `${place} has other columns than the first row`);
    if (Object.values(found).some(holdsNul))
      throw unusable(file, `${place} holds a NUL character, which Postgres cannot store`);
    keys.add(value);
  }
}

function holdsNul(value: unknown): boolean {
  return JSON.stringify(value)?.includes('\\u0000') ?? false;
}

async function readText(file: string): Promise<string> {
  try {
    if ((await stat(file)).size > maxFileBytes)
      throw unusable(file, `it is larger than ${maxFileBytes / 1024 / 1024} MiB`);
    return await readFile(file, 'utf8');
  } catch (error) {
    throw ioError(`Could not read ${file}`, error);
  }
}

async function refuseExisting(file: string): Promise<void> {
  try {
    await stat(file);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw ioError(`Could not write ${file}`, error);
  }
  throw new SyncError('invalidInput', `${file} exists already; an export never replaces a file.`, {
    hint: 'Choose another name, or move it away.',
  });
}

function unusable(file: string, what: string, cause?: unknown): SyncError {
  return new SyncError('invalidInput', `${file} cannot be imported: ${what}.`, {
    hint: 'It has to be the file of an export (--out).',
    details: { file },
    ...(cause !== undefined && { cause }),
  });
}
