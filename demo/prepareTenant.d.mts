/** See prepareTenant.mjs. Needs `npm run build` first. */
export function prepareTenant(options: {
  directory: string;
  tenantDirectory: string;
}): Promise<{ url: string; stop: () => Promise<void> }>;
