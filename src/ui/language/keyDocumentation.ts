import type { Translate } from '../translate';

export type KeyHome = 'frontmatter' | 'config' | 'access';

/**
 * What a key means, as Markdown; undefined for a key that nothing is known about. The texts are loaded on first use.
 *
 * @param path of the key from the top level
 */
export async function keyDocumentation(
  t: Translate,
  home: KeyHome,
  path: readonly string[],
): Promise<string | undefined> {
  if (home === 'frontmatter') {
    const { frontmatterKeyText } = await import('./frontmatterKeyText');
    return frontmatterKeyText(t, path);
  }
  if (home === 'access') {
    const { accessKeyText } = await import('../accessControl/accessKeyText');
    return accessKeyText(t, path.at(-1) ?? '');
  }
  const { configKeyText } = await import('./configKeyText');
  return configKeyText(t, path);
}
