import { writeFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

/**
 * Vitest reporter: writes what npm test adds up, what failed, and the reasons of skips, to the file named by
 * SYNC_TEST_RESULTS.
 */
export default class CountingReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = {
      passed: 0,
      failures: unhandledErrors.map((error) => failure('Outside of any test', [error])),
      skipped: [],
    };
    for (const module of modules) {
      const file = module.relativeModuleId;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') counts.passed++;
        else if (result.state === 'failed') {
          counts.failures.push(failure(`${file} > ${test.fullName}`, result.errors));
        } else counts.skipped.push({ name: test.fullName, reason: result.note ?? reasonInTitle(test.name) });
      }
      // What fails outside of its tests: an import, a hook.
      for (const suite of [module, ...module.children.allSuites()]) {
        if (suite.errors().length > 0) {
          counts.failures.push(failure(`${file} > ${suite.fullName ?? 'before its tests'}`, suite.errors()));
        }
      }
    }
    writeFileSync(process.env.SYNC_TEST_RESULTS, JSON.stringify(counts));
  }
}

function failure(name, errors) {
  return { name, message: stripVTControlCharacters(errors.map(described).join('\n')) };
}

/** What was expected, the difference, and where: the frames of packages are left out. */
function described({ message, stack = message, diff = '' }) {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line) && !line.includes('/node_modules/'));
  const lines = [...message.split('\n').slice(0, 10), ...diff.split('\n').slice(0, 20), ...frames];
  return lines.filter((line) => line.trim() !== '').join('\n');
}

/** A test that is skipped where it stands (`it.skipIf`) has no note: its title says why in brackets at the end. */
function reasonInTitle(title) {
  return /\(([^()]+)\)$/.exec(title)?.[1] ?? 'no reason was given';
}
