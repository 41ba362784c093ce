import type { ContentFields, DiskItem, ScannedFile } from '../../models/content';

/** Bodies of thousands of files are not kept, and neither are the texts that short pieces were cut from. */
export function scannedFile({
  fields,
  sourceId,
  locale,
  slug,
  digest,
  path,
  fileDigest,
}: Omit<DiskItem, 'fields'> & { readonly fields: Pick<ContentFields, 'title'> }): ScannedFile {
  return {
    sourceId,
    locale: ownText(locale),
    slug: ownText(slug),
    digest,
    path,
    fileDigest,
    title: ownText(fields.title),
  };
}

/** Shorter pieces are copied by the engine itself. */
const longestCopied = 12;

/** A piece of a text keeps the whole text alive; a copy does not. */
function ownText(text: string): string {
  return text.length <= longestCopied ? text : Buffer.from(text).toString();
}
