import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const bundle = join(root, 'l10n', 'bundle.l10n.json');

interface Found {
  readonly texts: readonly string[];
  /** Calls whose text is no literal: no translator could find it. */
  readonly unreadable: readonly string[];
}

/** The texts given to `t` in the interface's sources. */
function textsInSources(): Found {
  const texts = new Set<string>();
  const unreadable: string[] = [];
  const folder = join(root, 'src', 'ui');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  for (const file of files) {
    const source = ts.createSourceFile(
      file,
      readFileSync(join(folder, file), 'utf8'),
      ts.ScriptTarget.ES2022,
      true,
    );
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 't') {
        const [text] = node.arguments;
        if (text !== undefined && ts.isStringLiteralLike(text)) texts.add(text.text);
        else unreadable.push(`${file}: ${node.getText()}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return { texts: [...texts].sort(), unreadable };
}

describe('translations', () => {
  const { texts, unreadable } = textsInSources();
  // `UPDATE_L10N=1 npx vitest run test/ui/translations.test.ts` writes the list anew after texts have changed.
  if (process.env['UPDATE_L10N'] === '1') {
    writeFileSync(
      bundle,
      `${JSON.stringify(Object.fromEntries(texts.map((text) => [text, text])), null, 2)}\n`,
    );
  }

  it('find every text as a literal', () => {
    expect(unreadable).toEqual([]);
    expect(texts.length).toBeGreaterThan(50);
  });

  it('list every text of the interface, and no other, for translators', () => {
    const listed = JSON.parse(readFileSync(bundle, 'utf8')) as Record<string, string>;
    expect(Object.keys(listed).sort()).toEqual(texts);
  });

  it('number the places of a text without a gap', () => {
    for (const text of texts) {
      const places = [...new Set([...text.matchAll(/\{(\d+)\}/g)].map(([, place]) => Number(place)))].sort();
      expect(places, text).toEqual(places.map((_, index) => index));
    }
  });
});
