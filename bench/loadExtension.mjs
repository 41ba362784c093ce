/**
 * `node bench/loadExtension.mjs`: loads dist/extension.js and activates it, and prints how long that took as JSON. The
 * editor's API is a stand-in that does nothing: what the editor itself does meanwhile is not in the time.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = mkdtempSync(path.join(tmpdir(), 'sync-load-'));
const standInFolder = path.join(folder, 'node_modules', 'vscode');
mkdirSync(standInFolder, { recursive: true });
cpSync(fileURLToPath(new URL('../dist', import.meta.url)), path.join(folder, 'dist'), { recursive: true });
writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
writeFileSync(path.join(standInFolder, 'package.json'), '{"type":"module","exports":"./index.js"}');
writeFileSync(path.join(standInFolder, 'index.js'), standInSource());

/** Anything that is asked of it, it is itself; as a list it is empty. */
globalThis.standIn = new Proxy(class {}, {
  get(target, property) {
    if (property === 'prototype') return target.prototype;
    if (property === Symbol.iterator) return () => [].values();
    if (property === Symbol.toPrimitive) return () => '';
    return property === 'then' ? undefined : globalThis.standIn;
  },
  set: () => true,
  apply: () => globalThis.standIn,
  construct: () => globalThis.standIn,
});

const start = performance.now();
const { activate } = await import(pathToFileURL(path.join(folder, 'dist', 'extension.js')).href);
const loaded = performance.now();
activate(globalThis.standIn);
const activated = performance.now();
rmSync(folder, { recursive: true, force: true });
console.log(JSON.stringify({ loadMs: loaded - start, activateMs: activated - loaded }));
// Nothing that activation has left for later is of interest.
process.exit(0);

function standInSource() {
  const types = readFileSync(createRequire(import.meta.url).resolve('@types/vscode/index.d.ts'), 'utf8');
  const names = types.matchAll(
    /^\s*export (?:abstract )?(?:class|enum|namespace|const|let|function) (\w+)/gm,
  );
  const exported = new Set([...names].map(([, name]) => name).filter((name) => name !== 'import'));
  return [...exported].map((name) => `export const ${name} = globalThis.standIn;`).join('\n');
}
