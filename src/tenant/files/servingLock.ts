import { mkdir } from 'node:fs/promises';

import { quietContext } from '../../core/ports';
import { acquireProjectLock, type ProjectLock } from '../../core/state/projectLock';
import { openStateDirectory } from '../../core/state/stateDirectory';
import { SyncError } from '../../core/syncError';

/** The right of one endpoint to serve and change a services directory. */
export interface ServingLock {
  /** Before each change. @throws SyncError `locked` when another endpoint has taken over */
  assertHeld(): Promise<void>;
  /** Never fails. */
  release(): Promise<void>;
}

/**
 * Takes the locks of an endpoint, the same as those of a project: one that was left by a process that has died is taken over, at
 * once on the same machine, after two minutes of silence from elsewhere.
 *
 * @param servicesDir for the message
 * @param folders one for what is served, and one for the state that belongs to it
 * @throws SyncError `locked` while another endpoint runs, `io`
 */
export async function takeServingLock(servicesDir: string, folders: readonly string[]): Promise<ServingLock> {
  const held: ProjectLock[] = [];
  const release = async (): Promise<void> => {
    for (const lock of held) await lock.release();
  };
  try {
    for (const folder of folders) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const options = { owner: 'tenant serve', context: quietContext(), waitMs: 0 };
      held.push(await acquireProjectLock(openStateDirectory(folder), options));
    }
  } catch (error) {
    await release();
    throw SyncError.is(error, 'locked') ? isServed(servicesDir, error) : error;
  }
  return {
    async assertHeld() {
      for (const lock of held) await lock.assertHeld();
    },
    release,
  };
}

function isServed(servicesDir: string, cause: SyncError): SyncError {
  const { pid, host, since } = cause.details ?? {};
  const by = pid === undefined ? '' : ` (process ${String(pid)} on ${String(host)}, since ${String(since)})`;
  return new SyncError('locked', `Another tenant endpoint serves ${servicesDir}, or uses its state${by}.`, {
    hint: 'One endpoint serves a services directory: end the other one, or name another directory. Directories beside each other need a SYSTEMPROMPT_TENANT_STATE_DIR each. One that has died in another container is given up after two minutes.',
    details: { ...cause.details, servicesDir },
    cause,
  });
}
