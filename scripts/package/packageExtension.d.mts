/** See packageExtension.mjs. */
export function packageExtension(root: string, target: string): Promise<{ files: number; bytes: number }>;
