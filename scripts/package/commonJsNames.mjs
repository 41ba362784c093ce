import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * esbuild plugin: gives `await import('a CommonJS library')` the named exports that Node would give it. A chunk of
 * esbuild's has the default export alone, so that `const { parse } = await import('yaml')` would work in the tests
 * and not in the bundle.
 */
export const commonJsNames = {
  name: 'commonjs-names',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /^[@\w]/ }, async ({ path: specifier, kind, resolveDir, pluginData }) => {
      if (kind !== 'dynamic-import' || pluginData === 'resolving') return undefined;
      const found = await resolve(specifier, { kind, resolveDir, pluginData: 'resolving' });
      if (found.external || found.errors.length > 0 || !isCommonJs(found.path)) return undefined;
      return { path: found.path, namespace: 'commonjs-names' };
    });
    onLoad({ filter: /.*/, namespace: 'commonjs-names' }, async ({ path: file }) => {
      const names = Object.keys(await import(pathToFileURL(file).href));
      const named = names.filter((name) => name !== 'default' && name !== 'module.exports');
      const lines = [
        `import library from ${JSON.stringify(file)};`,
        'export default library;',
        ...named.map((name, at) => `const name${at} = library[${JSON.stringify(name)}];`),
        ...named.map((name, at) => `export { name${at} as ${JSON.stringify(name)} };`),
      ];
      return { contents: lines.join('\n'), resolveDir: path.dirname(file) };
    });
  },
};

function isCommonJs(file) {
  if (file.endsWith('.cjs')) return true;
  if (!file.endsWith('.js')) return false;
  for (let folder = path.dirname(file); folder !== path.dirname(folder); folder = path.dirname(folder)) {
    const manifest = path.join(folder, 'package.json');
    if (!existsSync(manifest)) continue;
    return JSON.parse(readFileSync(manifest, 'utf8')).type !== 'module';
  }
  return true;
}
