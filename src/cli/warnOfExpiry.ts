import type { Project } from '../core/project/project';
import { SyncError } from '../core/syncError';
import type { Session } from './session';

/** Says beforehand that the token is about to end, or has ended. Who has none is told by whatever needs one. */
export async function warnOfExpiry(project: Project, { env, context }: Session): Promise<void> {
  const { findOperatorToken } = await import('../core/signIn/operatorToken');
  const { describeExpiry } = await import('../core/signIn/describeExpiry');
  try {
    const token = await findOperatorToken(project, { env });
    const { message } = describeExpiry(token.value(), context.now());
    if (message !== undefined) context.logger.warn(message);
  } catch (error) {
    if (!SyncError.is(error)) throw error;
  }
}
