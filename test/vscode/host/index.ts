import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';

interface Failed {
  readonly name: string;
  readonly message: string;
}

interface Skipped {
  readonly name: string;
  readonly reason: string;
}

/**
 * What the extension host calls: runs every bundled test beside this file, and writes the counts to the file named by
 * `SYNC_TEST_RESULTS`. Rejects when a test failed.
 */
export async function run(): Promise<void> {
  // From here on the output is the tests': scripts/test/hostSuite.mjs shows no more than that.
  console.log('host tests begin');
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, color: false });
  const folder = import.meta.dirname;
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (file.endsWith('.test.mjs')) mocha.addFile(path.join(folder, file));
  }
  await mocha.loadFilesAsync();
  const counts = { passed: 0, failures: [] as Failed[], skipped: [] as Skipped[] };
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    runner.on('pass', () => counts.passed++);
    runner.on('fail', (test, error: Error) => {
      counts.failures.push({ name: test.fullTitle(), message: error.stack ?? error.message });
    });
    runner.on('pending', (test) => counts.skipped.push({ name: test.fullTitle(), reason: reasonOf(test) }));
  });
  const target = process.env.SYNC_TEST_RESULTS;
  if (target !== undefined) writeFileSync(target, JSON.stringify(counts));
  if (counts.failures.length > 0) throw new Error(`${counts.failures.length} tests failed.`);
}

/** Left by skipBecause.ts. */
function reasonOf(test: Mocha.Test & { skipReason?: string }): string {
  return test.skipReason ?? 'no reason was given';
}
