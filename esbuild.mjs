/**
 * `npm run build`: dist/extension.js, dist/cli.js, dist/tenant.js. Heavy libraries, reached by `await import()` only,
 * become chunks that are read on first use. `--dev` gives readable code and source maps.
 */
import { build } from 'esbuild';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { commonJsNames } from './scripts/package/commonJsNames.mjs';
import { startupInOneFile } from './scripts/package/startupInOneFile.mjs';
import { thirdPartyNotices } from './scripts/package/thirdPartyNotices.mjs';
import { withoutVscode } from './scripts/package/withoutVscode.mjs';

const root = fileURLToPath(new URL('.', import.meta.url));
const dist = path.join(root, 'dist');
const dev = process.argv.includes('--dev');

const shared = {
  absWorkingDir: root,
  outdir: dist,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  chunkNames: 'chunks/[name]-[hash]',
  minify: !dev,
  sourcemap: dev ? 'linked' : false,
  legalComments: 'none',
  metafile: true,
  // Nothing is written before everything was built: a failed build leaves the last good one.
  write: false,
  // Bundled CommonJS (pg) asks for Node's own modules, and for its place, in its own way.
  banner: {
    js: "import { createRequire as createRequireOfChunk } from 'node:module';const require = createRequireOfChunk(import.meta.url);",
  },
  define: {
    __dirname: 'import.meta.dirname',
    __filename: 'import.meta.filename',
    // Libraries ask it whether they run at Cloudflare. Node 20 has none: then pg looks at what a Response is, which takes Node
    // longer to load than all of pg; and VS Code complains of whoever asks.
    navigator: '{"userAgent":"Node.js"}',
  },
};

const extension = {
  ...shared,
  entryPoints: { extension: 'src/extension.ts' },
  external: ['vscode', 'pg-native'],
  // Told apart from those of the programs, which stay as they are.
  chunkNames: 'chunks/editor-[name]-[hash]',
  plugins: [commonJsNames],
};
const programs = {
  ...shared,
  entryPoints: existing({
    cli: 'src/cli/main.ts',
    tenant: 'src/tenant/main.ts',
    scanWorker: 'src/core/content/scan/scanWorker.ts',
    stagingWorker: 'src/core/files/staging/stagingWorker.ts',
  }),
  external: ['pg-native'],
  plugins: [withoutVscode, commonJsNames],
};
const results = await Promise.all([build(extension), build(programs)]).catch((error) => {
  // esbuild has printed what was wrong, and where.
  if (error.errors === undefined) console.error(error);
  process.exit(1);
});
const [forEditor, forPrograms] = results;

replaceDist([
  // One file would lose the source maps.
  ...(dev ? forEditor.outputFiles : await startupInOneFile(forEditor, 'dist/extension.js', extension)),
  ...forPrograms.outputFiles,
]);
writeFileSync(
  path.join(dist, 'THIRD-PARTY-NOTICES.txt'),
  thirdPartyNotices(
    root,
    results.flatMap(({ metafile }) => Object.keys(metafile.inputs)),
  ),
);

function existing(entryPoints) {
  return Object.fromEntries(
    Object.entries(entryPoints).filter(([, file]) => existsSync(path.join(root, file))),
  );
}

function replaceDist(files) {
  const bytes = files.map((file) => file.contents.byteLength).reduce((sum, size) => sum + size, 0);
  mkdirSync(dist, { recursive: true });
  for (const name of readdirSync(dist)) {
    if (!name.endsWith('.vsix')) rmSync(path.join(dist, name), { recursive: true, force: true });
  }
  for (const file of files) {
    mkdirSync(path.dirname(file.path), { recursive: true });
    const program = ['cli.js', 'tenant.js'].includes(path.basename(file.path));
    const bare = program && !file.text.startsWith('#!');
    writeFileSync(file.path, bare ? `#!/usr/bin/env node\n${file.text}` : file.contents);
    if (program) chmodSync(file.path, 0o755);
  }
  console.log(`dist/: ${files.length} files, ${Math.round(bytes / 1024)} kB`);
}
