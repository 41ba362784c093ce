import path from 'node:path';
import { build } from 'esbuild';

/**
 * Puts an entry and every chunk that it imports at once into one file: a module takes longer to find and open than its text
 * to read, and what is shared with code that loads on demand is spread over many small chunks. There is still one instance
 * of everything: in the place of each of these files stands one that passes on what the one file exports.
 *
 * @param {import('esbuild').BuildResult<{write: false, metafile: true}>} built with `format: 'esm'`, without source maps
 * @param {string} entry as the metafile names it: `dist/extension.js`
 * @param {import('esbuild').BuildOptions & {absWorkingDir: string}} options those of `built`
 * @returns {Promise<{path: string, text: string, contents: Uint8Array}[]>} what to write in place of `built.outputFiles`
 */
export async function startupInOneFile({ outputFiles, metafile: { outputs } }, entry, options) {
  const startup = path.join(options.absWorkingDir, path.dirname(entry), 'startup.js');
  const parts = importedAtOnce(outputs, entry).map((name, index) => ({
    file: path.join(options.absWorkingDir, name),
    names: outputs[name].exports.map((own) => ({ own, inStartup: `${own}_${index}` })),
  }));
  const texts = new Map(outputFiles.map((file) => [file.path, file.text]));
  const { absWorkingDir, platform, target, minify, external } = options;
  const { outputFiles: merged } = await build({
    ...{ absWorkingDir, platform, target, minify, external, format: 'esm', bundle: true, write: false },
    stdin: { contents: parts.map((part) => passOnFrom(part, startup)).join('\n'), sourcefile: startup },
    outfile: startup,
    plugins: [filesInMemory(texts)],
  });
  const standIns = new Map(parts.map((part) => [part.file, passOnTo(part, startup)]));
  const standInFor = (file) => {
    const text = standIns.get(file.path);
    return text === undefined ? file : { path: file.path, text, contents: Buffer.from(text) };
  };
  return [...outputFiles.map(standInFor), ...merged];
}

/** The entry first, as it is run: what it imports runs before it, in the order of its imports. */
function importedAtOnce(outputs, entry) {
  const found = new Set([entry]);
  for (const name of found)
    for (const { path: next, kind, external } of outputs[name].imports)
      if (kind === 'import-statement' && external !== true) found.add(next);
  return [...found];
}

function passOnFrom({ file, names }, startup) {
  const list = names.map(({ own, inStartup }) => `${own} as ${inStartup}`).join(',');
  return `export{${list}}from${specifier(startup, file)};`;
}

function passOnTo({ file, names }, startup) {
  const list = names.map(({ own, inStartup }) => `${inStartup} as ${own}`).join(',');
  return `export{${list}}from${specifier(file, startup)};\n`;
}

function specifier(from, to) {
  const way = path.relative(path.dirname(from), to).split(path.sep).join('/');
  return JSON.stringify(way.startsWith('.') ? way : `./${way}`);
}

/** What is imported on demand stays a file of its own. */
function filesInMemory(texts) {
  return {
    name: 'files-in-memory',
    setup({ onResolve, onLoad, initialOptions: { outfile } }) {
      onResolve({ filter: /^\.\.?\// }, ({ path: wanted, importer, kind }) => {
        const file = path.resolve(path.dirname(importer), wanted);
        if (kind !== 'dynamic-import') return { path: file, namespace: 'in-memory' };
        return { path: JSON.parse(specifier(outfile, file)), external: true };
      });
      onLoad({ filter: /.*/, namespace: 'in-memory' }, ({ path: file }) => ({ contents: texts.get(file) }));
    },
  };
}
