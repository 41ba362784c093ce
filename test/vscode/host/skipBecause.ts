/** Skips the running mocha test, with the reason that `npm test` prints: `skipBecause(this, 'no log writer')`. */
export function skipBecause(context: Mocha.Context, reason: string): never {
  const test: (Mocha.Runnable & { skipReason?: string }) | undefined = context.test;
  if (test !== undefined) test.skipReason = reason;
  return context.skip();
}
