import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { ContentConfig } from '../../core/content/config/contentConfig';
import type { ContentConfigPlace } from '../../core/content/config/contentSource';
import { readStamp } from '../../core/disk/readRegularFile';
import { errnoOf, SyncError } from '../../core/syncError';
import { projectOf } from '../changes/projectView';
import { openProject } from '../project/openProject';
import type { Services } from '../services';
import { documentRole, type DocumentRole } from './documentRole';

/** The project as the editor's documents see it: the config counts as it is being typed. */
export interface LanguageProject {
  /** Undefined for documents that take no part, and while no project is known. */
  roleOf(document: vscode.TextDocument): Promise<DocumentRole | undefined>;
  /** Looks for the project anew: folders, trust or settings have changed. */
  forget(): void;
}

export function createLanguageProject(services: Services): LanguageProject {
  let found: Promise<ContentConfigPlace | undefined> | undefined;
  const config = createConfigReader(services);
  const place = async (): Promise<ContentConfigPlace | undefined> => {
    const compared = projectOf(services.store.state.view);
    if (compared !== undefined) return placeOf(compared);
    return (found ??= findPlace(services));
  };
  return {
    async roleOf(document) {
      if (document.uri.scheme !== 'file' || !vscode.workspace.isTrusted) return undefined;
      const known = await place();
      if (known === undefined) return undefined;
      const file = await withoutLinks(document.uri.fsPath);
      return documentRole(file, known, await config(known));
    },
    forget() {
      found = undefined;
    },
  };
}

/** The first comparison may wait long for a database; what is wrong with a file can be said before. */
async function findPlace({ secrets, log }: Services): Promise<ContentConfigPlace | undefined> {
  try {
    const opened = await openProject(secrets);
    return opened && placeOf(opened.project);
  } catch (error) {
    if (!SyncError.is(error)) throw error;
    log.logger.debug(`No project for open documents: ${error.message}`);
    return undefined;
  }
}

function placeOf(project: { readonly root: string; readonly servicesDir: string }): ContentConfigPlace {
  const inside = project.servicesDir.slice(project.root.length + 1).replaceAll('\\', '/');
  const path = [inside, 'content/config.yaml'].filter(Boolean).join('/');
  return { path, servicesDir: project.servicesDir, projectRoot: project.root };
}

/** Reads the config again only when its document or its file has changed; a broken one leaves the last good one. */
function createConfigReader({ log }: Services) {
  let seen = '';
  let last: ContentConfig | undefined;
  return async (place: ContentConfigPlace): Promise<ContentConfig | undefined> => {
    const file = join(place.servicesDir, 'content', 'config.yaml');
    const document = vscode.workspace.textDocuments.find(
      ({ uri, isClosed }) => uri.scheme === 'file' && uri.fsPath === file && !isClosed,
    );
    const state = `${file} ${JSON.stringify(document?.version ?? readStamp(file) ?? null)}`;
    if (state === seen) return last;
    if (!seen.startsWith(`${file} `)) last = undefined;
    seen = state;
    const { parseContentConfig, readContentConfig } = await import('../../core/content/config/contentConfig');
    try {
      last = document
        ? parseContentConfig(document.getText(), place)
        : await readContentConfig(place.servicesDir, place.projectRoot);
    } catch (error) {
      if (!SyncError.is(error)) throw error;
      log.logger.debug(`The content config cannot be used for open documents: ${error.message}`);
      if (error.code === 'missingConfig') last = undefined;
    }
    return last;
  };
}

/** Links in the way to a file are the project's own affair; a file that is one itself takes no part. */
async function withoutLinks(file: string): Promise<string> {
  try {
    return join(await realpath(dirname(file)), basename(file));
  } catch (error) {
    // A new file in a new folder: there is nothing to follow yet.
    if (errnoOf(error) === undefined) throw error;
    return file;
  }
}
