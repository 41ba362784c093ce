import type { Plugin } from 'esbuild';

/** See withoutVscode.mjs. */
export const withoutVscode: Plugin;
