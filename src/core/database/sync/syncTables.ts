/** What travels: users first, since contexts refer to them (data.md 4). Sessions never do. */
export type SyncArea = 'users' | 'contexts';

export interface SyncTable {
  readonly area: SyncArea;
  readonly name: 'users' | 'user_contexts';
  readonly key: 'id' | 'context_id';
  /** Without these nothing can be planned. */
  readonly required: readonly string[];
  /** Copied when a row is created, kept as the target has them from then on: the target's session link stays (D-7). */
  readonly insertOnly: readonly string[];
  /** Of rows that exist, only carried when the user asks for it (D-2). */
  readonly guarded: readonly string[];
  /** True where `updated_at` says when the row was edited; a trigger rewrites that of contexts (D-6). */
  readonly hasTrueTime: boolean;
}

/** Never part of a comparison: it says when, not what. Carried with an update. */
export const timeColumn = 'updated_at';

export const usersTable: SyncTable = {
  area: 'users',
  name: 'users',
  key: 'id',
  required: ['id', 'name', 'email'],
  insertOnly: ['created_at'],
  guarded: ['name', 'email', 'roles', 'status', 'email_verified'],
  hasTrueTime: true,
};

export const contextsTable: SyncTable = {
  area: 'contexts',
  name: 'user_contexts',
  key: 'context_id',
  required: ['context_id', 'user_id', 'name'],
  insertOnly: ['session_id', 'created_at'],
  guarded: [],
  hasTrueTime: false,
};

/** In the order in which rows are written. */
export const syncTables: readonly SyncTable[] = [usersTable, contextsTable];

/** Users that stay home unless asked for (D-8); their contexts stay with them. */
export const homeKinds = ['anonymous', 'bot', 'scanner', 'temporary', 'deleted'] as const;
export type HomeKind = (typeof homeKinds)[number];
