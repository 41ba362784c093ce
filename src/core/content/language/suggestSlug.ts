import { slugFault } from '../markdown/contentRules';

/**
 * The slug that a file's name stands for: `guides/first-agent.md` is `first-agent`, `blog/opening/index.md` is `opening`.
 *
 * @param path of the file, relative to the project's root, with `/`
 * @param sourcePath of the source's directory, likewise
 * @returns undefined for an `index.md` of the source itself, and for names that hold no letter or digit
 */
export function slugOfPath(path: string, sourcePath: string): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.md$/, '');
  if (name !== 'index') return slugLike(name);
  const folder = path.slice(0, path.lastIndexOf('/'));
  return folder === sourcePath ? undefined : slugLike(folder.slice(folder.lastIndexOf('/') + 1));
}

/** A text as a slug by the rule of data.md 1.4; slashes keep their meaning. Undefined when nothing of it is left. */
export function slugLike(text: string): string | undefined {
  const segments = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split('/')
    .map((segment) => segment.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, ''));
  const slug = segments.filter((segment) => segment !== '').join('/');
  return slug === '' || slugFault(slug) !== undefined ? undefined : slug;
}
