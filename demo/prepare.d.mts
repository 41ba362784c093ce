/** See prepare.mjs. Needs `npm run build` first. */
export function prepareDemo(options: {
  directory: string;
  databaseUrl: string;
}): Promise<{ directory: string }>;
