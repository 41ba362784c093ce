import type { ProjectLock } from '../../../src/core/state/projectLock';
import { acquireProjectLock } from '../../../src/core/state/projectLock';
import type { StateDirectory } from '../../../src/core/state/stateDirectory';
import { quietContext } from '../../../src/core/ports';
import { onTestFinished } from 'vitest';

/** The real lock, released when the test has ended. */
export async function heldLock(state: StateDirectory): Promise<ProjectLock> {
  const lock = await acquireProjectLock(state, { owner: 'test', context: quietContext() });
  onTestFinished(() => lock.release());
  return lock;
}
