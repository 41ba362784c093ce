import { readFile } from 'node:fs/promises';
import type * as z from 'zod/mini';
import { positionsIn } from '../yaml/locateYaml';
import { errnoOf, messageOf, SyncError } from '../syncError';

/**
 * Reads a JSON file that others wrote. Its content may be secret, so neither messages nor causes repeat any of it (the
 * parser's own messages do).
 *
 * @returns undefined when the file does not exist
 * @throws SyncError io, or invalidInput with `file`, and `line` and `column` where the parser knows them
 */
export async function readJsonFile<Schema extends z.ZodMiniType>(
  file: string,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  const text = await readTextFile(file);
  if (text === undefined) return undefined;
  const parsed = schema.safeParse(parseJson(text, file));
  if (parsed.success) return parsed.data;
  const key = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new SyncError(
    'invalidInput',
    `${file} is not as expected: ${key || 'the whole'} has the wrong type.`,
    {
      hint: 'Correct it, or have the systemprompt CLI write the file again.',
      details: { file, key },
    },
  );
}

/**
 * @returns undefined when the file does not exist
 * @throws SyncError io
 */
export async function readTextFile(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw new SyncError('io', `${file} cannot be read: ${messageOf(error)}`, {
      details: { file },
      cause: error,
    });
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const offset = /at position (\d+)/.exec(messageOf(error))?.[1];
    const place = offset === undefined ? undefined : positionsIn(text)(Number(offset));
    const where = place === undefined ? '' : `, line ${place.line}, column ${place.column}`;
    throw new SyncError('invalidInput', `${file} is not valid JSON${where}.`, {
      hint: 'Correct it, or have the systemprompt CLI write the file again.',
      details: { file, ...place },
    });
  }
}
