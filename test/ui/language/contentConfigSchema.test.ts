import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readYaml } from '../../../src/core/yaml/readYaml';
import { sourceKeys, sourceSchema } from '../../../src/core/content/config/contentConfigSchema';
import { configKeyAt, configRoot, type ConfigKey } from '../../../src/core/content/language/configKeys';
import { configKeyDescriptions } from '../../../src/ui/language/configKeyText';
import { inEnglish } from '../inEnglish';

interface Schema {
  readonly description?: string;
  readonly type: string | readonly string[];
  readonly default?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
}

const root = join(import.meta.dirname, '..', '..', '..');
const text = readFileSync(join(root, 'media', 'schemas', 'content-config.schema.json'), 'utf8');
const schema = JSON.parse(text) as Schema;
const types = { text: 'string', boolean: 'boolean', number: 'number', texts: 'array', mapping: 'object' };
const descriptions = configKeyDescriptions(inEnglish);

/** Compares a part of the schema with what the code knows of the same key. */
function expectSame(part: Schema, key: ConfigKey, at: readonly string[]): void {
  const path = at.join('.');
  expect([part.type].flat()[0], path).toBe(types[key.type]);
  if (at.length > 0) expect(part.description, path).toBe(descriptions[path]);
  expect(JSON.stringify(part.default), path).toBe(key.default);
  const required = Object.entries(key.keys ?? {}).filter(([, inner]) => inner.required);
  expect(part.required ?? [], path).toEqual(required.map(([name]) => name));
  expect(Object.keys(part.properties ?? {}), path).toEqual(Object.keys(key.keys ?? {}));
  for (const [name, inner] of Object.entries(key.keys ?? {}))
    expectSame(part.properties![name]!, inner, [...at, name]);
  expect(part.additionalProperties !== undefined, path).toBe(key.entries !== undefined);
  if (key.entries) expectSame(part.additionalProperties!, key.entries, [...at, '*']);
}

describe('the JSON Schema of the content config', () => {
  it('says what completion and hover say, key by key', () => {
    expectSame(schema, configRoot, []);
  });

  it('knows the keys that the reader of the config knows', () => {
    for (const { at, keys } of sourceKeys) {
      const known = configKeyAt(['content_sources', 'any', ...at])?.keys ?? {};
      expect(Object.keys(known).sort(), at.join('.')).toEqual([...keys].sort());
    }
  });

  const check = z.fromJSONSchema(JSON.parse(text) as Parameters<typeof z.fromJSONSchema>[0]);
  const valid = { path: 'a', source_id: 'a', category_id: 'a', enabled: true };
  const sitemap = { enabled: true, url_pattern: '/{slug}', priority: 0.5, changefreq: 'weekly' };

  it.each([
    ['nothing but what is required', valid],
    ['empty values', { ...valid, description: null, allowed_content_types: null, sitemap: null }],
    ['kinds', { ...valid, allowed_content_types: ['a', 'b'] }],
    ['a sitemap', { ...valid, sitemap: { ...sitemap, parent_route: null } }],
    ['keys of its own', { ...valid, own: 1 }],
    ['no path', { ...valid, path: undefined }],
    ['no switch', { ...valid, enabled: null }],
    ['a number for a text', { ...valid, source_id: 5 }],
    ['one kind without a list', { ...valid, allowed_content_types: 'a' }],
    ['half a sitemap', { ...valid, sitemap: { enabled: true } }],
    ['a quoted switch', { ...valid, indexing: { recursive: 'true' } }],
    ['a text for a source', 'blog'],
  ])('judges a source with %s as the reader does', (_, source) => {
    // Absent keys are absent in YAML, too.
    const plain: unknown = JSON.parse(JSON.stringify(source));
    expect(check.safeParse({ content_sources: { any: plain } }).success).toBe(
      sourceSchema.safeParse(plain).success,
    );
  });

  it('accepts the config of the sample project', () => {
    const config = readFileSync(join(root, 'demo/project/services/content/config.yaml'), 'utf8');
    const read = readYaml(config);
    expect('value' in read && check.safeParse(read.value).success).toBe(true);
  });
});
