import { describe, expect, it } from 'vitest';
import { parseContentConfig } from '../../../src/core/content/config/contentConfig';
import { documentRole } from '../../../src/ui/language/documentRole';

const place = {
  path: 'services/content/config.yaml',
  servicesDir: '/shop/services',
  projectRoot: '/shop',
};
const source = (name: string, path: string, more = '') =>
  `  ${name}: { path: ${path}, source_id: ${name}, category_id: c, enabled: true${more} }`;
const config = parseContentConfig(
  [
    'content_sources:',
    source('docs', 'content/docs'),
    source('inner', 'content/docs/inner'),
    source('off', 'content/off').replace('true', 'false'),
    source('skills', 'skills', ', allowed_content_types: [skill]'),
    'categories: { c: }',
  ].join('\n'),
  place,
);

describe('the role of a document', () => {
  it.each([
    ['/shop/services/content/docs/a.md', 'docs'],
    ['/shop/services/content/docs/deep/index.md', 'docs'],
    ['/shop/services/content/docs/inner/a.md', 'inner'],
  ])('of %s is content of the source %s', (file, name) => {
    const role = documentRole(file, place, config);
    expect(role).toMatchObject({ kind: 'markdown', source: { name }, path: file.slice('/shop/'.length) });
  });

  it.each([
    '/shop/services/content/docs/.md',
    '/shop/services/content/docs/a.MD',
    '/shop/services/content/docs/a.txt',
    '/shop/services/content/docs/node_modules/a/README.md',
    '/shop/services/content/docs-old/a.md',
    '/shop/services/content/off/a.md',
    '/shop/services/skills/a.md',
    '/shop/README.md',
    '/elsewhere/a.md',
    '/shop/services/other/content/config.yaml',
  ])('of %s is none', (file) => {
    expect(documentRole(file, place, config)).toBeUndefined();
  });

  it.each(['config', 'roles'])('of the rule file %s.yaml is known without a content config', (name) => {
    const file = `/shop/services/access-control/${name}.yaml`;
    expect(documentRole(file, place, undefined)).toEqual({
      kind: 'access',
      path: file.slice('/shop/'.length),
      place: { servicesDir: '/shop/services', projectRoot: '/shop' },
    });
    expect(documentRole(`/shop/other/access-control/${name}.yaml`, place, undefined)).toBeUndefined();
    expect(documentRole('/shop/services/access-control/notes.yaml', place, undefined)).toBeUndefined();
  });

  it('of the config is known even when it cannot be read', () => {
    expect(documentRole('/shop/services/content/config.yaml', place, undefined)).toMatchObject({
      kind: 'config',
    });
  });
});
