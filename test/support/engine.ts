import { afterAll, beforeAll, type TestContext } from 'vitest';
import { startEngine, type RunningEngine } from '../../scripts/containers/startEngine.mjs';
import { unpackEngine, whyNoEngine } from '../../scripts/containers/unpackEngine.mjs';

export type { RunningEngine };

/** `require` fails where `auto` skips; `off` runs none of this. */
const wanted = process.env['E2E_DOCKER'] ?? 'auto';

/**
 * A real container engine and a real registry for the tests of a file.
 *
 * @param password of the registry's only user, `x`
 * @returns gives the engine, or skips the test and says why it cannot be had
 */
export function useEngine(password: string): (context: TestContext) => RunningEngine {
  let engine: RunningEngine | undefined;
  let reason: string | undefined;
  beforeAll(async () => {
    reason = wanted === 'off' ? 'E2E_DOCKER is off' : whyNoEngine();
    if (reason === undefined) {
      await unpackEngine().catch((error: unknown) => {
        const message = error instanceof Error ? error.message.split('\n')[0] : String(error);
        reason = `the engine cannot be downloaded: ${message}`;
      });
    }
    if (reason !== undefined && wanted === 'require') throw new Error(reason);
    if (reason === undefined) engine = await startEngine({ user: 'x', password });
  }, 240_000);
  afterAll(() => engine?.stop());
  return (context) => engine ?? context.skip(reason ?? 'the engine did not start');
}
