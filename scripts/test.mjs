/**
 * `npm test`: installs what is missing, builds, and runs every suite. The last line is `N passed, N failed`.
 *
 *   --soak                    the long forms instead
 *   --only unit|host|ui       one suite; what follows goes to Vitest
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installDependencies, requireNode } from './installDependencies.mjs';

requireNode();
const root = path.resolve(fileURLToPath(new URL('..', import.meta.url)));
let result;
try {
  result = await runTests(process.argv.slice(2));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  result = { passed: 0, failures: [{ name: 'Preparing the tests', message }], skipped: [] };
}
showSkipped(result);
showFailures(result);
console.log(`\n${summary(result)}`);
process.exitCode = result.failures.length === 0 ? 0 : 1;

async function runTests(args) {
  const { names, extra } = chosenSuites(args);
  installDependencies(root);
  const { status } = spawnSync(process.execPath, ['esbuild.mjs'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('The build failed: no test was run.');
  const unavailable = await prepareVscode(names);
  const { runSuites } = await import('./test/suites.mjs');
  return await runSuites(root, names, extra, unavailable);
}

function chosenSuites(args) {
  if (args.includes('--soak')) return { names: ['soak'], extra: args.filter((arg) => arg !== '--soak') };
  const at = args.indexOf('--only');
  if (at === -1) return { names: ['unit', 'host', 'ui'], extra: args };
  const name = args[at + 1];
  if (!['unit', 'host', 'ui'].includes(name)) throw new Error('--only takes unit, host or ui.');
  return { names: [name], extra: args.filter((_arg, index) => index !== at && index !== at + 1) };
}

/** Says of each suite that needs VS Code why this machine cannot run it; a failed installation is a failure. */
async function prepareVscode(names) {
  const needing = names.filter((name) => name === 'host' || name === 'ui');
  if (needing.length === 0) return new Map();
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    const reason = `the VS Code server of the tests runs on Linux x64, this is ${process.platform} ${process.arch}`;
    return new Map(needing.map((name) => [name, reason]));
  }
  const { ensureBrowser } = await import('./vscode/ensureBrowser.mjs');
  const { ensureVscodeServer } = await import('./vscode/ensureVscodeServer.mjs');
  await ensureVscodeServer();
  await ensureBrowser();
  return new Map();
}

function showSkipped({ skipped }) {
  if (skipped.length > 0) console.log('\nSkipped:');
  for (const { name, reason } of skipped) console.log(`  ${name}: ${reason}`);
}

/** Once more at the end, where whoever sees only the last lines of a long output looks for them; `.ci/run` repeats it. */
function showFailures({ failures }) {
  if (failures.length > 0) console.log('\nFailed:');
  for (const { name, message } of failures) {
    console.log(`  ${name}`);
    for (const line of message.split('\n')) console.log(`    ${line}`);
  }
}

function summary({ passed, failures, skipped }) {
  const counts = `${passed} passed, ${failures.length} failed`;
  return skipped.length === 0 ? counts : `${counts}, ${skipped.length} skipped`;
}
