/** See unpackEngine.mjs. */
export function whyNoEngine(): string | undefined;
/** See unpackEngine.mjs. */
export function unpackEngine(): Promise<string>;
