/**
 * `npm run bench [NAME…]`: measures, and prints tables. `NAME:PART,PART` measures parts of an area that knows them by name. Each
 * area is a file `bench/NAME.bench.ts`; anchors and our own way are measured side by side in one run, as medians of five, and the
 * ratio is what counts. Nothing here passes or fails.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = path.resolve(fileURLToPath(new URL('..', import.meta.url)));
const suffix = '.bench.ts';
const known = readdirSync(path.join(root, 'bench'))
  .filter((name) => name.endsWith(suffix))
  .map((name) => name.slice(0, -suffix.length));
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const parts = new Map(
  wanted.map((argument) => {
    const [name, list] = argument.split(':');
    return [name, list === undefined ? [] : list.split(',')];
  }),
);
const unknown = [...parts.keys()].filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}; there are ${known.join(', ')}.`);
  process.exit(2);
}

if (spawnSync(process.execPath, ['esbuild.mjs'], { cwd: root, stdio: 'inherit' }).status !== 0)
  process.exit(1);
/** The scripts of the project find their files beside themselves: they are not copied into the bundle. */
const scriptsInPlace = {
  name: 'scripts-in-place',
  setup({ onResolve }) {
    onResolve({ filter: /^\..*\.mjs$/ }, ({ path: wanted, resolveDir }) => ({
      path: pathToFileURL(path.resolve(resolveDir, wanted)).href,
      external: true,
    }));
  },
};

const outdir = path.join(root, '.cache', 'bench');
for (const name of wanted.length > 0 ? parts.keys() : known) {
  await build({
    absWorkingDir: root,
    entryPoints: [path.join('bench', `${name}${suffix}`)],
    outfile: path.join(outdir, `${name}.mjs`),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    plugins: [scriptsInPlace],
    logLevel: 'error',
  });
  console.log(`\n# ${name}`);
  const argv = ['--expose-gc', path.join(outdir, `${name}.mjs`), ...(parts.get(name) ?? [])];
  const { status } = spawnSync(process.execPath, argv, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
