import { build, type Metafile } from 'esbuild';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

/** Loaded on first use: each of them costs more time than all of our own code (guides of the project: 27 to 97 ms). */
const heavy = [
  'pg',
  'pg-copy-streams',
  'undici',
  'tar',
  'yaml',
  'js-yaml',
  'zod',
  'fastify',
  'jose',
  'croner',
];

describe('what the editor loads before anything is asked for', () => {
  let startup: { readonly bytes: number; readonly inputs: readonly string[] };
  beforeAll(async () => {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: { extension: 'src/extension.ts' },
      outdir: 'dist',
      bundle: true,
      splitting: true,
      minify: true,
      write: false,
      metafile: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      external: ['vscode', 'pg-native'],
      logLevel: 'silent',
    });
    startup = loadedAtOnce(metafile, 'dist/extension.js');
  });

  it('holds none of the heavy libraries', () => {
    const loaded = startup.inputs.flatMap(
      (input) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? [],
    );
    expect(loaded.filter((name) => heavy.includes(name))).toEqual([]);
  });

  it('is smaller than 250 kB', () => {
    expect(startup.bytes).toBeLessThan(250_000);
  });

  it('holds the interface', () => {
    expect(startup.inputs).toContain('src/ui/changes/changesView.ts');
  });
});

/** The entry and every chunk that it imports statically. */
function loadedAtOnce({ outputs }: Metafile, entry: string): { bytes: number; inputs: string[] } {
  const loaded = new Set<string>();
  const load = (path: string): void => {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const { path: next, kind, external } of outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && external !== true) load(next);
    }
  };
  load(entry);
  const chunks = [...loaded].map((path) => outputs[path]!);
  return {
    bytes: chunks.reduce((sum, { bytes }) => sum + bytes, 0),
    inputs: chunks.flatMap(({ inputs }) => Object.keys(inputs)),
  };
}
