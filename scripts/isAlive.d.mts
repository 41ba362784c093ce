/** See isAlive.mjs. */
export function isAlive(pid: number): boolean;
