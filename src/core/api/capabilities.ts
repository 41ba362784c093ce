import { gzipSync } from 'node:zlib';
import type { RunContext } from '../ports';
import { SyncError } from '../syncError';
import type { FileManifest } from './apiModels';
import { callApi, type ApiSession } from './callApi';
import { askManifest } from './readManifest';
import { requireSuccess } from './response';

/** The directories of every server that does not name its own (cloud.md 2.4, versions.md). */
export const classicDirectories: readonly string[] = [
  'agents',
  'skills',
  'content',
  'mcp',
  'ai',
  'config',
  'profiles',
];

/** Body limit of every server that does not name its own: 2 MiB (cloud.md 2.2). */
export const classicMaxBodyBytes = 2 * 1024 * 1024;

/** What a server can do, found by asking it (versions.md: never by its version number). */
export interface Capabilities {
  readonly mode: 'direct' | 'relay';
  /** False where no manifest is offered: comparing then needs the whole archive. */
  readonly manifest: boolean;
  readonly acceptsPushes: boolean;
  readonly directories: readonly string[];
  readonly maxBodyBytes: number;
  /** The server judges `If-Match` and applies an upload as a whole or not at all. */
  readonly conditionalUploads: boolean;
  /** The server takes explicit deletions. */
  readonly deletions: boolean;
  /** What cannot be done here, as sentences to show: states, not errors. */
  readonly states: readonly string[];
}

/**
 * Asks for the manifest, and whether an upload would be taken: with a dry run of an archive without entries, which
 * changes nothing on any server, even on one that overlooks `dry_run`.
 *
 * @throws SyncError for everything that is no answer to the question: not signed in, not allowed, not reachable
 */
export async function askCapabilities(session: ApiSession, context: RunContext): Promise<Capabilities> {
  const mode = session.target.origin === undefined ? 'relay' : 'direct';
  const manifest = await unlessMissing(() => askManifest(session, context));
  const acceptsPushes = (await unlessMissing(() => tryEmptyUpload(session, context))) ?? false;
  const conditional = manifest?.conditional ?? false;
  const found = {
    mode,
    manifest: manifest !== undefined,
    acceptsPushes,
    directories: manifest?.directories ?? classicDirectories,
    maxBodyBytes: manifest?.maxBodyBytes ?? classicMaxBodyBytes,
    conditionalUploads: conditional,
    deletions: acceptsPushes && conditional && manifest?.directories !== undefined,
  } as const;
  return { ...found, states: describe(found, manifest) };
}

async function tryEmptyUpload(session: ApiSession, context: RunContext): Promise<boolean> {
  // An archive's end mark, and nothing before it.
  const empty = gzipSync(new Uint8Array(1_024));
  try {
    await callApi(session, context, {
      operation: { name: 'uploadFiles', dryRun: true },
      headers: { 'content-type': 'application/octet-stream' },
      body: { sizeBytes: empty.byteLength, open: () => [empty] },
      read: (response, call) => requireSuccess(response, call, context.now()),
    });
    return true;
  } catch (error) {
    // "Not this archive" is an answer of a server that takes archives.
    const status = SyncError.is(error) ? error.details?.['status'] : undefined;
    if (status === 400 || status === 422) return true;
    throw error;
  }
}

async function unlessMissing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    const { status, reason } = SyncError.is(error) ? (error.details ?? {}) : {};
    if (reason === 'takesNoPushes') return undefined;
    if (reason === 'notFound' && (status === 404 || status === 405)) return undefined;
    throw error;
  }
}

function describe(found: Omit<Capabilities, 'states'>, manifest: FileManifest | undefined): string[] {
  const states: string[] = [];
  if (!found.manifest) states.push('This server offers no manifest: comparing downloads the whole archive.');
  if (!found.acceptsPushes) {
    states.push(
      'This server takes no pushes: run the tenant endpoint beside the deployment to receive them.',
    );
  }
  if (manifest && manifest.directories === undefined) {
    states.push(
      `This server does not name its directories: ${classicDirectories.join(', ')} are taken for granted.`,
    );
  }
  if (found.acceptsPushes && !found.conditionalUploads) {
    states.push(
      'This server does not check what changed meanwhile (no If-Match), and may apply an upload in part.',
    );
  }
  if (found.acceptsPushes && !found.deletions) states.push('This server takes no deletions.');
  return states;
}
