import type { Database } from '../connection';
import { syncTables, type SyncArea } from './syncTables';

export interface CatalogColumn {
  readonly name: string;
  /** As the server writes it: `character varying(255)`. */
  readonly type: string;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
}

/** A condition of the table, as SQL over its bare column names. */
export interface CatalogCheck {
  readonly name: string;
  readonly expression: string;
  readonly columns: readonly string[];
  /** False for one that rows from before it may break (NOT VALID). */
  readonly validated: boolean;
}

export interface TableCatalog {
  readonly columns: readonly CatalogColumn[];
  readonly checks: readonly CatalogCheck[];
}

/** What a side has, asked of it and never derived from a version number (versions.md). */
export interface Catalog {
  /** The same for two URLs that lead to one database. */
  readonly server: string;
  /** Undefined for a table that is missing. */
  readonly tables: Readonly<Record<SyncArea, TableCatalog | undefined>>;
  readonly hasSessions: boolean;
}

interface CatalogRow {
  readonly server: string;
  readonly sessions: boolean;
  readonly tables: Readonly<Record<string, TableCatalog | null>>;
}

/** Reads both tables in one round trip; as everywhere, unqualified names mean what the session's search path says. */
export async function readCatalog(db: Database): Promise<Catalog> {
  const { rows } = await db.query<CatalogRow>(
    `SELECT current_database() || ' ' || pg_postmaster_start_time()::text AS server,
            to_regclass('user_sessions') IS NOT NULL AS sessions,
            jsonb_object_agg(n.name, CASE WHEN to_regclass(n.name) IS NOT NULL THEN jsonb_build_object(
              'columns', (SELECT jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
                                 'notNull', a.attnotnull, 'hasDefault', a.atthasdef OR a.attidentity <> '') ORDER BY a.attnum)
                            FROM pg_attribute a
                           WHERE a.attrelid = to_regclass(n.name) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''),
              'checks', coalesce((SELECT jsonb_agg(jsonb_build_object('name', c.conname, 'expression', pg_get_expr(c.conbin, c.conrelid),
                                 'validated', c.convalidated,
                                 'columns', (SELECT coalesce(jsonb_agg(k.attname), '[]'::jsonb) FROM pg_attribute k
                                              WHERE k.attrelid = c.conrelid AND k.attnum = ANY(c.conkey))) ORDER BY c.conname)
                            FROM pg_constraint c WHERE c.conrelid = to_regclass(n.name) AND c.contype = 'c'), '[]'::jsonb)) END) AS tables
       FROM unnest($1::text[]) AS n(name)`,
    [syncTables.map(({ name }) => name)],
  );
  const row = rows[0];
  const table = (name: string) => row?.tables[name] ?? undefined;
  return {
    server: row?.server ?? '',
    tables: { users: table('users'), contexts: table('user_contexts') },
    hasSessions: row?.sessions ?? false,
  };
}
