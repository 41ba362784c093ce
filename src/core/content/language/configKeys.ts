import type { YamlPath } from '../../yaml/locateYaml';
import { knownKinds } from './frontmatterDefaults';

/** A key of the content config: what data.md 2.2 says of it, for completion, hover, fixes and the JSON Schema. */
export interface ConfigKey {
  readonly type: 'text' | 'boolean' | 'number' | 'texts' | 'mapping';
  readonly required?: true;
  /** What counts when the key is absent, as it would be written. */
  readonly default?: string;
  /** Values worth proposing; others are allowed too. */
  readonly values?: readonly string[];
  /** The keys of a mapping. */
  readonly keys?: Readonly<Record<string, ConfigKey>>;
  /** Every value of a mapping whose keys are the project's own names. */
  readonly entries?: ConfigKey;
}

const text: ConfigKey = { type: 'text' };
const requiredText: ConfigKey = { type: 'text', required: true };
const requiredSwitch: ConfigKey = { type: 'boolean', required: true, values: ['true', 'false'] };
const switchedOff: ConfigKey = { type: 'boolean', default: 'false', values: ['true', 'false'] };
const priority: ConfigKey = { type: 'number', required: true, values: ['0.5', '0.8', '1.0'] };
const changefreq: ConfigKey = {
  type: 'text',
  required: true,
  values: ['always', 'hourly', 'daily', 'weekly', 'monthly', 'yearly', 'never'],
};

const source: ConfigKey = {
  type: 'mapping',
  keys: {
    path: requiredText,
    source_id: requiredText,
    category_id: requiredText,
    enabled: requiredSwitch,
    description: text,
    allowed_content_types: { type: 'texts', values: knownKinds },
    indexing: {
      type: 'mapping',
      keys: { clear_before: switchedOff, recursive: switchedOff, override_existing: switchedOff },
    },
    sitemap: {
      type: 'mapping',
      keys: {
        enabled: requiredSwitch,
        url_pattern: requiredText,
        priority,
        changefreq,
        fetch_from: { type: 'text', values: ['database'] },
        parent_route: {
          type: 'mapping',
          keys: { enabled: requiredSwitch, url: requiredText, priority, changefreq },
        },
      },
    },
    branding: { type: 'mapping', keys: { name: text, description: text, image: text, keywords: text } },
  },
};

export const configRoot: ConfigKey = {
  type: 'mapping',
  keys: {
    content_sources: { type: 'mapping', entries: source },
    categories: {
      type: 'mapping',
      entries: { type: 'mapping', keys: { name: text, description: text } },
    },
    metadata: {
      type: 'mapping',
      keys: {
        default_author: text,
        structured_data: {
          type: 'mapping',
          keys: {
            organization: { type: 'mapping', keys: { name: text, url: text, logo: text } },
            article: { type: 'mapping', keys: { type: text, article_section: text } },
          },
        },
      },
    },
  },
};

/** The key at a path of the config, the root for the empty path; undefined for what the config does not know. */
export function configKeyAt(path: YamlPath): ConfigKey | undefined {
  let key: ConfigKey | undefined = configRoot;
  for (const step of path) {
    // Items of a list are described with the list.
    if (typeof step === 'string') key = ownKey(key, step) ?? key?.entries;
  }
  return key;
}

/** The path with `*` for the names that a project chooses: `content_sources.*.path`. */
export function configPathText(path: YamlPath): string {
  let key: ConfigKey | undefined = configRoot;
  const steps: string[] = [];
  for (const step of path) {
    if (typeof step !== 'string') continue;
    const own = ownKey(key, step);
    steps.push(own === undefined && key?.entries !== undefined ? '*' : step);
    key = own ?? key?.entries;
  }
  return steps.join('.');
}

function ownKey(parent: ConfigKey | undefined, name: string): ConfigKey | undefined {
  return parent?.keys !== undefined && Object.hasOwn(parent.keys, name) ? parent.keys[name] : undefined;
}
