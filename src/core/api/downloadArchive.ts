import type { RunContext } from '../ports';
import { callApi, type ApiSession } from './callApi';
import { requireArchive } from './response';

/**
 * Hands the bytes of the tenant's archive (gzip'd tar) to `consume` as they arrive; again from the start when the
 * connection breaks on the way.
 *
 * @throws SyncError of the connection when it broke, whatever `consume` made of that; else what `consume` throws
 */
export function downloadArchive<T>(
  session: ApiSession,
  context: RunContext,
  consume: (archive: AsyncIterable<Uint8Array>) => Promise<T>,
  filter?: readonly string[],
): Promise<T> {
  return callApi(session, context, {
    operation: { name: 'downloadFiles', filter },
    read: async (response, call) => {
      await requireArchive(response, call, context.now());
      const broken: { error?: unknown } = {};
      try {
        return await consume(noticing(response.body, broken));
      } catch (error) {
        throw 'error' in broken ? broken.error : error;
      }
    },
  });
}

/** Passes the bytes on and remembers an error of the connection, which a reader may replace by one of its own. */
async function* noticing(
  body: AsyncIterable<Uint8Array>,
  broken: { error?: unknown },
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    broken.error = error;
    throw error;
  }
}
