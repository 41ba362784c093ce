import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { BuildOptions } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commonJsNames } from '../../scripts/package/commonJsNames.mjs';
import { startupInOneFile } from '../../scripts/package/startupInOneFile.mjs';
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

  it('for the editor loads in one file, and has one instance of what loads later too', async () => {
    const sources = {
      'shared.js': `export class Shared {}; export const log = ['shared']; export default log;`,
      'first.js': `import { log } from './shared.js'; log.push('first'); export const both = () => import('./both.js');`,
      'both.js': `import log, { Shared } from './shared.js'; export const seen = [Shared, log];`,
      'deep/late.js': `import { seen } from '../both.js'; import { log } from '../shared.js'; log.push('late'); export { seen };`,
      'entry.js': `import { both } from './first.js'; import { Shared, log } from './shared.js'; log.push('entry');
        export const load = async () => [(await import('./deep/late.js')).seen, (await both()).seen, [Shared, log]];`,
    };
    for (const [name, text] of Object.entries(sources)) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), text);
    }
    await writeFile(path.join(folder, 'package.json'), '{"type":"module"}');
    const options = {
      absWorkingDir: folder,
      entryPoints: { entry: 'entry.js' },
      outdir: path.join(folder, 'dist'),
      chunkNames: 'chunks/[name]-[hash]',
      bundle: true,
      splitting: true,
      minify: true,
      format: 'esm',
      platform: 'node',
      metafile: true,
      write: false,
    } as const;
    const files = await startupInOneFile(await build(options), 'dist/entry.js', options);
    for (const { path: file, text } of files) {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, text);
    }
    const startup = files.find((file) => path.basename(file.path) === 'startup.js');
    expect(startup?.text).not.toMatch(/(?:from|import) ?"/);
    const entry = pathToFileURL(path.join(folder, 'dist', 'entry.js')).href;
    const { load } = (await import(entry)) as { load: () => Promise<[unknown, unknown[]][]> };
    const [late, both, own] = await load();
    expect(late).toEqual(own);
    expect(late![0]).toBe(own![0]);
    expect(both![0]).toBe(own![0]);
    expect(own![1]).toEqual(['shared', 'first', 'entry', 'late']);
  });

  it('for the command line fails when it reaches vscode, and names the file', async () => {
    const building = bundle(`import * as vscode from 'vscode'; vscode.window;`, { plugins: [withoutVscode] });
    await expect(building).rejects.toThrow('entry.js imports vscode, but runs headless.');
  });
});
