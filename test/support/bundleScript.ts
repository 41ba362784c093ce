import { build } from 'esbuild';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { onTestFinished } from 'vitest';

/**
 * Bundles a script of the tests so that Node.js runs it as a process of its own; removed with the test.
 * @param entry absolute path of its TypeScript
 * @returns the path of what to run
 */
export async function bundleScript(entry: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-script-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const outfile = join(folder, `${basename(entry, '.ts')}.mjs`);
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['pg-native'],
    // Some libraries are CommonJS and ask for Node's own modules with `require`.
    banner: {
      js: "import { createRequire as createRequireOfTest } from 'node:module'; const require = createRequireOfTest(import.meta.url);",
    },
  });
  return outfile;
}
