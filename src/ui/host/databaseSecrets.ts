import type { SecretStorage } from 'vscode';

/** Database URLs that the user has given by hand. They live in the editor's secret storage, one for each project. */
export interface DatabaseSecrets {
  read(projectRoot: string): Promise<string | undefined>;
  store(projectRoot: string, url: string): Promise<void>;
  remove(projectRoot: string): Promise<void>;
}

export function createDatabaseSecrets(storage: SecretStorage): DatabaseSecrets {
  const keyOf = (projectRoot: string) => `systempromptSync.databaseUrl:${projectRoot}`;
  return {
    read: async (projectRoot) => storage.get(keyOf(projectRoot)),
    store: async (projectRoot, url) => storage.store(keyOf(projectRoot), url),
    remove: async (projectRoot) => storage.delete(keyOf(projectRoot)),
  };
}
