import type { ContentKey } from '../../core/models/content';
import { parseJson } from '../../core/parseJson';

/** What a read-only document shows: a row as it would stand in its file, or the side that does not exist. */
export type RowDocument =
  | {
      readonly type: 'row';
      readonly key: ContentKey;
      /** Of the item's file, when it has one. */ readonly path?: string;
    }
  | { readonly type: 'empty'; readonly key: ContentKey };

export interface RowUriParts {
  readonly path: string;
  readonly query: string;
}

/** The path is what people see in the tab and ends in .md for the language; the query is what is read back. */
export function toRowUri(document: RowDocument): RowUriParts {
  const { sourceId, locale, slug } = document.key;
  const name = [sourceId, slug === '' ? 'index' : slug].join('/').replace(/\/+/g, '/').replace(/\/$/, '');
  const suffix = locale === 'en' ? '' : `.${locale}`;
  const path = document.type === 'row' ? document.path : undefined;
  const values = [document.type, sourceId, locale, slug, ...(path === undefined ? [] : [path])];
  return { path: `/${name.replace(/^\//, '')}${suffix}.md`, query: JSON.stringify(values) };
}

/** Undefined for anything that `toRowUri` did not make: a URI can come from a restored tab or from another extension. */
export function fromRowUri({ query }: RowUriParts): RowDocument | undefined {
  const values = parseTexts(query);
  if (values === undefined || values.length < 4 || values.length > 5) return undefined;
  const [type, sourceId = '', locale = '', slug = '', path] = values;
  if (sourceId === '' || locale === '') return undefined;
  const key = { sourceId, locale, slug };
  if (type === 'empty' && path === undefined) return { type, key };
  if (type !== 'row') return undefined;
  return path === undefined ? { type, key } : isInside(path) ? { type, key, path } : undefined;
}

function parseTexts(text: string): string[] | undefined {
  const value = parseJson(text);
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string') ? value : undefined;
}

/** Relative, with `/`, without a step upwards: it will be joined to the project's root. */
function isInside(path: string): boolean {
  return path !== '' && !/^[/\\]|^[a-z]:|\0|\\/i.test(path) && !path.split('/').includes('..');
}
