import type { Plugin } from 'esbuild';

/** See commonJsNames.mjs. */
export const commonJsNames: Plugin;
