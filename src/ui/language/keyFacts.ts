import type { Translate } from '../translate';

/** The line of facts under a key's description, as Markdown. */
export interface KeyFacts {
  readonly type: 'text' | 'boolean' | 'number' | 'texts' | 'links' | 'mapping' | 'mappings';
  readonly required: boolean;
  readonly default?: string | undefined;
}

/** `**slug**: text, required`, the description, then `Default: …`. */
export function keyMarkdown(t: Translate, name: string, description: string, facts: KeyFacts): string {
  const need = facts.required ? t('required') : t('optional');
  const head = `**${name}**: ${typeWord(t, facts.type)}, ${need}`;
  const absent = facts.default === undefined ? [] : [t('Default: {0}', `\`${facts.default}\``)];
  return [head, description, ...absent].join('\n\n');
}

function typeWord(t: Translate, type: KeyFacts['type']): string {
  switch (type) {
    case 'text':
      return t('text');
    case 'boolean':
      return t('true or false');
    case 'number':
      return t('number');
    case 'texts':
      return t('list of texts');
    case 'links':
      return t('list of links');
    case 'mapping':
      return t('mapping');
    case 'mappings':
      return t('list of mappings');
  }
}
