import type { SecretStorage } from 'vscode';
import { messageOf, SyncError } from '../../core/syncError';
import type { Translate } from '../translate';

/** Operator tokens that the user has set by hand. They live in the editor's secret storage, one for each project. */
export interface TenantTokens {
  /** @throws SyncError `io` when the secret storage fails, as all three do */
  read(projectRoot: string): Promise<string | undefined>;
  store(projectRoot: string, token: string): Promise<void>;
  remove(projectRoot: string): Promise<void>;
}

export function createTenantTokens(storage: SecretStorage, t: Translate): TenantTokens {
  const keyOf = (projectRoot: string) => `systempromptSync.tenantToken:${projectRoot}`;
  const failed = (cause: unknown, what: string): SyncError =>
    new SyncError('io', `${what} ${messageOf(cause)}`, {
      hint: t('Repair the keyring of this system, or put the token into SYSTEMPROMPT_API_TOKEN.'),
      cause,
    });
  return {
    async read(projectRoot) {
      try {
        return (await storage.get(keyOf(projectRoot))) || undefined;
      } catch (error) {
        throw failed(error, t('The secret storage of this editor cannot be read.'));
      }
    },
    async store(projectRoot, token) {
      try {
        await storage.store(keyOf(projectRoot), token);
      } catch (error) {
        throw failed(error, t('The secret storage of this editor took no token; nothing was stored.'));
      }
    },
    async remove(projectRoot) {
      try {
        await storage.delete(keyOf(projectRoot));
      } catch (error) {
        throw failed(error, t('The secret storage of this editor did not remove the token.'));
      }
    },
  };
}
