import { runHostSuite } from './hostSuite.mjs';
import { runVitestSuite } from './vitestSuite.mjs';

/**
 * @typedef {object} SuiteResult
 * @property {number} passed
 * @property {{name: string, message: string}[]} failures
 * @property {{name: string, reason: string}[]} skipped
 */

/** What `npm test` runs, in this order; `soak` is `npm run test:soak`. */
const titles = {
  unit: 'Unit, database and HTTP tests',
  host: 'Tests inside the extension host of VS Code',
  ui: 'Tests in a window of VS Code',
  soak: 'Soak tests',
};

/**
 * Runs suites one after the other. One that crashes counts as one failure, and the next one runs all the same.
 *
 * @param {string} root the project's folder
 * @param {readonly ('unit' | 'host' | 'ui' | 'soak')[]} names
 * @param {readonly string[]} extra arguments for Vitest
 * @param {Map<string, string>} unavailable suites that this machine cannot run, and why
 * @returns {Promise<SuiteResult>} the sum
 */
export async function runSuites(root, names, extra, unavailable) {
  const sum = { passed: 0, failures: [], skipped: [] };
  for (const name of names) {
    console.log(`\n== ${titles[name]}`);
    const started = performance.now();
    const { passed, failures, skipped } = await runSuite(root, name, extra, unavailable);
    sum.passed += passed;
    sum.failures.push(...failures);
    sum.skipped.push(...skipped);
    const seconds = Math.round((performance.now() - started) / 1000);
    console.log(
      `== ${titles[name]}: ${passed} passed, ${failures.length} failed, ${skipped.length} skipped (${seconds} s)`,
    );
  }
  return sum;
}

async function runSuite(root, name, extra, unavailable) {
  const reason = unavailable.get(name);
  if (reason !== undefined) return { passed: 0, failures: [], skipped: [{ name: titles[name], reason }] };
  try {
    if (name === 'host') return await runHostSuite(root);
    return await runVitestSuite(root, name === 'unit' ? 'test' : name, extra);
  } catch (error) {
    console.error(error);
    const message = error instanceof Error ? error.message : String(error);
    return { passed: 0, failures: [{ name: titles[name], message }], skipped: [] };
  }
}
