import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const reporter = fileURLToPath(new URL('countingReporter.mjs', import.meta.url));

/**
 * Runs one of the suites of vitest.config.ts, printing its output as it comes.
 *
 * @param {string} root the project's folder
 * @param {'test' | 'soak' | 'ui'} mode
 * @param {readonly string[]} extra arguments for Vitest: files, `-t NAME`
 * @returns {Promise<import('./suites.mjs').SuiteResult>}
 */
export async function runVitestSuite(root, mode, extra) {
  const folder = mkdtempSync(path.join(tmpdir(), 'sync-results-'));
  const results = path.join(folder, 'results.json');
  try {
    const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
    const flags = ['run', '--mode', mode, '--reporter=default', `--reporter=${reporter}`, ...extra];
    const child = spawn(process.execPath, [vitest, ...flags], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, SYNC_TEST_RESULTS: results, SYNC_TEST_BUILT: '1' },
    });
    const code = await new Promise((resolve, reject) => {
      child.on('error', reject).on('exit', (status, signal) => resolve(status ?? signal));
    });
    if (!existsSync(results)) throw new Error(`Vitest ended with ${code} and without a result.`);
    const counts = JSON.parse(readFileSync(results, 'utf8'));
    if (code !== 0 && counts.failures.length === 0)
      throw new Error(`Vitest ended with ${code}, though no test failed.`);
    return counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
