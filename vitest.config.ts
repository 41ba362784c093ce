import { defineConfig } from 'vitest/config';
import type { TestUserConfig } from 'vitest/config';

/** `vitest run`, `vitest run --mode soak`, `vitest run --mode ui`. */
const suites: Record<string, TestUserConfig> = {
  test: {
    include: ['test/**/*.test.ts'],
    // Windows and the extension host have a start-up of their own.
    exclude: ['test/vscode/**', 'test/**/*.soak.test.ts'],
    globalSetup: ['test/support/globalSetup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
  soak: {
    include: ['test/**/*.soak.test.ts'],
    exclude: ['test/vscode/**'],
    globalSetup: ['test/support/globalSetup.ts'],
    testTimeout: 900_000,
    hookTimeout: 300_000,
  },
  ui: {
    include: ['test/vscode/ui/**/*.test.ts'],
    globalSetup: ['test/support/globalSetup.ts', 'test/vscode/harness/globalSetup.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
};

export default defineConfig(({ mode }) => ({
  test: {
    // Two cores: more workers than that only make real databases, child processes and windows compete.
    maxWorkers: 2,
    passWithNoTests: mode === 'soak',
    ...(suites[mode] ?? suites.test),
  },
}));
