import path from 'node:path';
import * as z from 'zod/mini';
import { SyncError } from '../syncError';
import { readJsonFile } from './readJsonFile';

const sessionSchema = z.looseObject({ profile_name: z.nullish(z.string()) });
const indexSchema = z.looseObject({
  sessions: z.nullish(z.record(z.string(), z.nullish(sessionSchema))),
  active_key: z.nullish(z.string()),
  active_profile_name: z.nullish(z.string()),
});

export interface SessionProfile {
  readonly name: string | undefined;
  /** The file it stands in, relative to the project's root. */
  readonly from: string;
  /** About files that cannot be read: the session is a convenience, and never a reason to stop. */
  readonly warnings: readonly string[];
}

/** The profile that the systemprompt CLI last used here (cloud.md 3.4); tokens in these files are not looked at. */
export async function sessionProfileName(root: string): Promise<SessionProfile> {
  const warnings: string[] = [];
  const indexFile = '.systemprompt/sessions/index.json';
  const index = await readTolerantly(path.join(root, indexFile), indexSchema, warnings);
  const active = index?.active_key ? index.sessions?.[index.active_key] : undefined;
  const current = index?.active_profile_name ?? active?.profile_name;
  if (current) return { name: current, from: indexFile, warnings };

  const legacyFile = '.systemprompt/session.json';
  const legacy = await readTolerantly(path.join(root, legacyFile), sessionSchema, warnings);
  return { name: legacy?.profile_name || undefined, from: legacyFile, warnings };
}

/** Like `readJsonFile`, but a file that cannot be used adds a warning and counts as absent. */
export async function readTolerantly<Schema extends z.ZodMiniType>(
  file: string,
  schema: Schema,
  warnings: string[],
): Promise<z.output<Schema> | undefined> {
  try {
    return await readJsonFile(file, schema);
  } catch (error) {
    if (!SyncError.is(error)) throw error;
    warnings.push(error.message);
    return undefined;
  }
}
