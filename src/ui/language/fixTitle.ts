import type { FixChange } from '../../core/content/language/contentFix';
import type { Translate } from '../translate';

/** What a quick fix does, in the words of the editor's menu. */
export function fixTitle(t: Translate, change: FixChange): string {
  switch (change.kind) {
    case 'addKey':
      return t('Add {0}: {1}', change.key, shown(change.value));
    case 'setValue':
      return t('Change {0} to {1}', change.key, shown(change.value));
    case 'quoteValue':
      return t('Put {0} into quotes', shown(change.value));
    case 'renameKey':
      return t('Rename {0} to {1}', change.from, change.to);
    case 'addFrontmatter':
      return t('Add frontmatter');
  }
}

const longest = 60;

function shown(value: string): string {
  if (value === '') return '""';
  return value.length > longest ? `${value.slice(0, longest - 1)}…` : value;
}
