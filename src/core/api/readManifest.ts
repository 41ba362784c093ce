import type { RunContext } from '../ports';
import { manifestSchema, type FileManifest } from './apiModels';
import { SyncError } from '../syncError';
import { callApi, type ApiSession } from './callApi';
import { downloadArchive } from './downloadArchive';
import { manifestFromArchive } from './manifestFromArchive';
import { readJson } from './response';

/** Enough for some 300,000 files; beyond it the answer is not believed. */
const manifestLimitBytes = 64 * 1024 * 1024;

/**
 * What the tenant holds (cloud.md 2.1). A relay that forwards files but no manifest is asked for the whole archive.
 *
 * @param filter directory names; undefined for all that the server takes part with
 */
export async function readManifest(
  session: ApiSession,
  context: RunContext,
  filter?: readonly string[],
): Promise<FileManifest> {
  try {
    return await askManifest(session, context, filter);
  } catch (error) {
    if (session.target.origin !== undefined || !isMissing(error)) throw error;
    context.logger.debug('This relay gives no manifest; reading its archive instead.');
    const { signal } = context;
    const whole = await downloadArchive(
      session,
      context,
      (archive) => manifestFromArchive(archive, context.now(), signal),
      filter,
    );
    return filter === undefined ? whole : onlyDirectories(whole, filter);
  }
}

/** A relay may forward the request without its filter. */
function onlyDirectories(manifest: FileManifest, filter: readonly string[]): FileManifest {
  const files = manifest.files.filter(({ path }) => filter.includes(path.split('/', 1)[0] ?? ''));
  return { ...manifest, files };
}

function isMissing(error: unknown): boolean {
  const status = SyncError.is(error, 'apiError') ? error.details?.['status'] : undefined;
  return status === 404 || status === 405;
}

/** The manifest as the server gives it. @throws SyncError `apiError` with status 404 where there is none */
export function askManifest(
  session: ApiSession,
  context: RunContext,
  filter?: readonly string[],
): Promise<FileManifest> {
  return callApi(session, context, {
    operation: { name: 'manifest', filter },
    headers: { accept: 'application/json' },
    read: async (response, call, { envelope }) => {
      const expected = { schema: manifestSchema, limitBytes: manifestLimitBytes, envelope };
      const answer = await readJson(response, call, context.now(), expected);
      return {
        files: answer.files,
        checksum: answer.checksum,
        timestamp: answer.timestamp,
        directories: answer.directories,
        maxBodyBytes: answer.max_body_bytes,
        conditional: response.header('etag') === `"${answer.checksum}"`,
        source: 'manifest',
      };
    },
  });
}
