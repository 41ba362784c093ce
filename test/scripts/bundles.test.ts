import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { BuildOptions } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commonJsNames } from '../../scripts/package/commonJsNames.mjs';
import { withoutVscode } from '../../scripts/package/withoutVscode.mjs';

let folder: string;
beforeEach(async () => {
  // Below the project, where its packages are found.
  folder = await mkdtemp(path.resolve('node_modules', '.bundles-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function bundle(source: string, options: BuildOptions): Promise<string> {
  await writeFile(path.join(folder, 'entry.js'), source);
  const outdir = path.join(folder, 'dist');
  await writeFile(path.join(folder, 'package.json'), '{"type":"module"}');
  await build({
    entryPoints: [path.join(folder, 'entry.js')],
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
    ...options,
  });
  return path.join(outdir, 'entry.js');
}

describe('a bundle', () => {
  it.each([
    ['yaml', 'parseDocument'],
    ['undici', 'Agent'],
  ])(
    'gets the named exports of the CommonJS library %s when it loads it on demand',
    async (library, name) => {
      const source = `export const load = async () => typeof (await import('${library}')).${name};`;
      const banner = {
        js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
      };
      const file = await bundle(source, { plugins: [commonJsNames], banner });
      const module = (await import(pathToFileURL(file).href)) as { load(): Promise<string> };
      expect(await module.load()).toBe('function');
    },
  );

  it('for the command line fails when it reaches vscode, and names the file', async () => {
    const building = bundle(`import * as vscode from 'vscode'; vscode.window;`, { plugins: [withoutVscode] });
    await expect(building).rejects.toThrow('entry.js imports vscode, but runs headless.');
  });
});
