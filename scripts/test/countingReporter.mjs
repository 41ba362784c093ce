import { writeFileSync } from 'node:fs';

/** Vitest reporter: writes what npm test adds up, and the reasons of skips, to the file named by SYNC_TEST_RESULTS. */
export default class CountingReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: [] };
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      for (const test of tests) {
        const result = test.result();
        if (result.state === 'passed') counts.passed++;
        else if (result.state === 'failed') counts.failed++;
        else counts.skipped.push({ name: test.fullName, reason: result.note ?? reasonInTitle(test.name) });
      }
      // A file or suite that fails outside of its tests: an import, a hook.
      const inTests = tests.some((test) => test.result().state === 'failed');
      if (!module.ok() && !inTests) counts.failed++;
    }
    writeFileSync(process.env.SYNC_TEST_RESULTS, JSON.stringify(counts));
  }
}

/** A test that is skipped where it stands (`it.skipIf`) has no note: its title says why in brackets at the end. */
function reasonInTitle(title) {
  return /\(([^()]+)\)$/.exec(title)?.[1] ?? 'no reason was given';
}
