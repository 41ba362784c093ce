import { join } from 'node:path';
import * as vscode from 'vscode';
import type { DeclaredRule } from '../../core/accessControl/declaredRule';
import type { EntityCatalog } from '../../core/accessControl/entityCatalog';
import type { AccessFilesPlace } from '../../core/accessControl/readAccessFiles';
import { SyncError } from '../../core/syncError';
import type { Services } from '../services';

/** What the text of one access-control file is judged with. */
export interface AccessFacts {
  readonly catalog: EntityCatalog;
  /** The rules of both files, those of open documents as they are typed. */
  readonly rules: readonly DeclaredRule[];
}

export interface AccessFactsReader {
  read(place: AccessFilesPlace): Promise<AccessFacts>;
}

/** The ids that services declare are read once after each comparison; it is made again when one of their files changes. */
export function createAccessFacts({ store, lifetime }: Services): AccessFactsReader {
  let compared: unknown;
  let known: { readonly servicesDir: string; readonly catalog: Promise<EntityCatalog> } | undefined;
  const catalogOf = (servicesDir: string): Promise<EntityCatalog> => {
    const area = store.state.areas.accessControl;
    if (known?.servicesDir !== servicesDir || area !== compared) {
      compared = area;
      known = { servicesDir, catalog: readCatalog(servicesDir, lifetime) };
    }
    return known.catalog;
  };
  return {
    async read(place) {
      const [catalog, rules] = await Promise.all([catalogOf(place.servicesDir), rulesOf(place)]);
      return { catalog, rules };
    },
  };
}

async function readCatalog(servicesDir: string, signal: AbortSignal): Promise<EntityCatalog> {
  const { readEntityCatalog } = await import('../../core/accessControl/entityCatalog');
  return readEntityCatalog(servicesDir, signal);
}

async function rulesOf(place: AccessFilesPlace): Promise<DeclaredRule[]> {
  const { accessFileNames, accessFolder } = await import('../../core/accessControl/readAccessFiles');
  const files = accessFileNames.map((name) => join(accessFolder(place.servicesDir), name));
  return (await Promise.all(files.map((file) => rulesIn(file, place)))).flat();
}

async function rulesIn(file: string, place: AccessFilesPlace): Promise<readonly DeclaredRule[]> {
  const document = vscode.workspace.textDocuments.find(
    ({ uri, isClosed }) => uri.scheme === 'file' && uri.fsPath === file && !isClosed,
  );
  const { readAccessFiles, shownPath } = await import('../../core/accessControl/readAccessFiles');
  const { parseAccessFile } = await import('../../core/accessControl/parseAccessFile');
  if (document !== undefined)
    return parseAccessFile(document.getText(), shownPath(place.projectRoot, file)).rules;
  try {
    return (await readAccessFiles({ ...place, file })).rules;
  } catch (error) {
    if (SyncError.is(error, 'missingConfig')) return [];
    throw error;
  }
}
