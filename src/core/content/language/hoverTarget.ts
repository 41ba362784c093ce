import { frontmatterCursor } from './frontmatterCursor';
import { yamlCursor } from '../../yaml/yamlCursor';
import type { TextSpan } from '../../yaml/textEdit';

/** A key that the mouse is on. */
export interface HoverTarget {
  /** `title`; `links.url` for a key of a link; `content_sources.blog.path` in the config. */
  readonly path: readonly string[];
  readonly span: TextSpan;
}

export function frontmatterKeyAt(text: string, offset: number): HoverTarget | undefined {
  const cursor = frontmatterCursor(text, offset);
  if (cursor?.at !== 'key' || !cursor.hasColon || cursor.name === '') return undefined;
  const path = cursor.inside === undefined ? [cursor.name] : [cursor.inside, cursor.name];
  return { path, span: cursor.span };
}

export function configKeyUnder(text: string, offset: number): HoverTarget | undefined {
  const cursor = yamlCursor(text, offset);
  if (cursor?.at !== 'key' || !cursor.hasColon || cursor.name === '') return undefined;
  return { path: [...cursor.parent, cursor.name], span: cursor.span };
}
