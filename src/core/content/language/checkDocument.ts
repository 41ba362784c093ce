import type { ContentProblem } from '../../models/content';
import { SyncError } from '../../syncError';
import { parseContentConfig } from '../config/contentConfig';
import { problem } from '../contentProblem';
import type { ContentConfigPlace, ContentSource } from '../config/contentSource';
import { maxFileBytes, parseMarkdown } from '../markdown/parseMarkdown';

/**
 * Everything that is wrong with the text of a content file, whether or not it has been saved.
 *
 * @param path relative to the project's root, with `/`
 */
export function checkMarkdown(text: string, path: string, source: ContentSource): ContentProblem[] {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxFileBytes) return [tooLarge(bytes, path)];
  const parsed = parseMarkdown(text, path, source);
  if ('problems' in parsed) return [...parsed.problems];
  return parsed.excluded ? [...parsed.warnings, parsed.excluded] : [...parsed.warnings];
}

/** Everything that is wrong with the text of a content config, a text that cannot be read at all included. */
export function checkConfig(text: string, place: ContentConfigPlace): ContentProblem[] {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxFileBytes) return [tooLarge(bytes, place.path)];
  try {
    return [...parseContentConfig(text, place).problems];
  } catch (error) {
    if (!SyncError.is(error)) throw error;
    const line = numberIn(error.details?.['line']);
    const at = line === undefined ? undefined : { line, column: numberIn(error.details?.['column']) ?? 1 };
    return [problem('error', 'yamlSyntax', place.path, at, error.message)];
  }
}

/** One message instead of work that would block the editor. */
export function tooLarge(bytes: number, path: string): ContentProblem {
  const message = `The file has ${bytes} bytes; at most ${maxFileBytes} are read.`;
  return problem('error', 'tooLarge', path, undefined, message);
}

function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
