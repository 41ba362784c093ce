import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/**
 * The licences of the libraries that were bundled, as they ask for.
 *
 * @param {string} root the project's folder
 * @param {readonly string[]} inputs the files that went into the bundles, as esbuild names them: relative to root
 * @returns {string}
 * @throws {Error} when a library brings neither a licence text nor the name of its author
 */
export function thirdPartyNotices(root, inputs) {
  const folders = new Set(inputs.map(packageFolder).filter((folder) => folder !== undefined));
  const notices = [...folders].sort().map((folder) => notice(path.join(root, folder)));
  return `${notices.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** `node_modules/NAME` of `node_modules/NAME/index.js`; undefined for our own files and for esbuild's made-up ones. */
function packageFolder(input) {
  return /^(?:[^:]*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input)?.[0];
}

function notice(folder) {
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const text = licenceText(folder) ?? copyright(manifest);
  return `${manifest.name} ${manifest.version} (${manifest.license})\n\n${text}`;
}

function licenceText(folder) {
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(entry));
  if (file !== undefined) return readFileSync(path.join(folder, file), 'utf8').trim();
  const readme = path.join(folder, 'README.md');
  if (!existsSync(readme)) return undefined;
  return /^#+ licen[cs]e[\s\S]*/im.exec(readFileSync(readme, 'utf8'))?.[0].trim();
}

function copyright({ name, author }) {
  if (author === undefined) throw new Error(`${name} names neither a licence text nor an author to credit.`);
  return `Copyright ${typeof author === 'string' ? author : author.name}`;
}
