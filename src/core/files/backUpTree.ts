import { sha256 } from '../digest';
import type { RunContext } from '../ports';
import type { BackupStore } from '../state/backupStore';
import type { FileSystem } from '../state/fileSystem';
import { SyncError } from '../syncError';
import type { LocalTree } from './localTree';
import { readLocalFile } from './readLocalFile';

export interface BackUpTreeInput {
  readonly tree: LocalTree;
  readonly backups: BackupStore;
  readonly servicesDir: string;
  readonly servicesPrefix: string;
  readonly fileSystem: FileSystem;
  readonly context: RunContext;
}

/** Copies every file of the tree into a backup. @returns its id; undefined when there is no file */
export async function backUpTree(input: BackUpTreeInput): Promise<string | undefined> {
  const { tree, backups, servicesDir, servicesPrefix, fileSystem, context } = input;
  const target = `disk:${servicesPrefix}`;
  const writer = backups.begin({ operation: 'files_backup', target, now: context.now() });
  try {
    let done = 0;
    for (const { path } of tree.files.list) {
      SyncError.throwIfAborted(context.signal);
      const bytes = await readLocalFile(fileSystem, servicesDir, path);
      // Nothing is about to replace it: what is there now is what a restore will find unchanged.
      if (bytes) await writer.addFile({ path: servicesPrefix + path, bytes, after: sha256(bytes) });
      done += 1;
      context.progress({ message: 'Backing up', done, total: tree.files.size });
    }
    return await writer.commit();
  } catch (error) {
    await writer.discard();
    throw error;
  }
}
