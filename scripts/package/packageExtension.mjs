import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { runTool } from '../runTool.mjs';
import { listVsix } from './listVsix.mjs';

const allowed =
  /^(\[Content_Types\]\.xml|extension\.vsixmanifest|extension\/(package\.json|package\.nls(\.[\w-]+)?\.json|readme\.md|changelog\.md|LICENSE(\.txt)?|dist\/THIRD-PARTY-NOTICES\.txt|dist\/(chunks\/)?[\w.-]+\.js|media\/[\w./-]+|l10n\/[\w.-]+\.json))$/i;
const required = ['package.json', 'dist/extension.js', 'dist/startup.js', 'dist/cli.js'].map(
  (name) => `extension/${name}`,
);

/**
 * Packages what `npm run build` made, and checks that the package holds what it should and nothing else.
 *
 * @param {string} root the project's folder
 * @param {string} target the .vsix to write
 * @returns {Promise<{files: number, bytes: number}>}
 * @throws {Error} when vsce refuses, a file is missing, or one is inside that does not belong there
 */
export async function packageExtension(root, target) {
  mkdirSync(path.dirname(target), { recursive: true });
  const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
  const flags = [
    '--no-dependencies',
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
    '--skip-license',
  ];
  await runTool(process.execPath, [vsce, 'package', ...flags, '-o', target], { cwd: root });
  const names = listVsix(target);
  const strange = names.filter((name) => !allowed.test(name));
  if (strange.length > 0) throw new Error(`The package holds what it must not: ${strange.join(', ')}`);
  const missing = required.filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw new Error(`The package lacks ${missing.join(', ')}: run "npm run build" first.`);
  return { files: names.length, bytes: statSync(target).size };
}
