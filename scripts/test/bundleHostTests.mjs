import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** Our own `.mjs` files are loaded from where they are: they look for files beside themselves. */
const scriptsStayOutside = {
  name: 'scripts-stay-outside',
  setup({ onResolve }) {
    onResolve({ filter: /^\.{1,2}\/.*\.mjs$/ }, ({ path: specifier, resolveDir }) => ({
      path: pathToFileURL(path.resolve(resolveDir, specifier)).href,
      external: true,
    }));
  },
};

/**
 * Bundles test/vscode/host for the extension host: one module per test file.
 *
 * @param {string} root the project's folder; the bundles go below it, so that they find its packages
 * @returns {Promise<string>} the module whose `run` the extension host calls
 */
export async function bundleHostTests(root) {
  const { build } = await import('esbuild');
  const source = path.join(root, 'test/vscode/host');
  const target = path.join(root, '.cache/host-tests');
  const files = readdirSync(source, { recursive: true }).filter((file) => file.endsWith('.test.ts'));
  rmSync(target, { recursive: true, force: true });
  await build({
    entryPoints: ['index.ts', ...files].map((file) => path.join(source, file)),
    outdir: target,
    outbase: source,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'warning',
    plugins: [scriptsStayOutside],
  });
  return path.join(target, 'index.mjs');
}
