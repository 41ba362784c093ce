import type { RunContext } from '../ports';
import { messageOf, SyncError } from '../syncError';
import type { FileManifest } from './apiModels';
import { callApi, type ApiRequest, type ApiSession } from './callApi';
import { readManifest } from './readManifest';
import { leavesOutcomeOpen } from './response';

const compareAgain = 'Compare again before repeating: what arrived is shown as equal.';

/** What a path has to be once a change has landed: a digest (SHA-256, lower-case hex), or null for "not there". */
export interface ExpectedFile {
  readonly path: string;
  readonly checksum: string | null;
}

/** Result of a change, and what shows that it landed: the server's reply, or its manifest after the reply was lost. */
export interface Landed<T> {
  readonly provedBy: 'reply' | 'manifest';
  /** What the reply said; undefined when it was lost. */
  readonly reply: T | undefined;
}

/** The paths that already are as expected. */
export function landedPaths(manifest: FileManifest, expectation: readonly ExpectedFile[]): string[] {
  const checksums = new Map(manifest.files.map((file) => [file.path, file.checksum]));
  return expectation
    .filter(({ path, checksum }) => (checksums.get(path) ?? null) === checksum)
    .map(({ path }) => path);
}

/**
 * A request that changes files, sent so that it takes effect at most once: it is repeated only after the server's
 * manifest has shown that it did not land, and a failure says whether anything was changed (`details.outcome`:
 * `nothing`, `partly` with `details.landed`, or `unknown` when the manifest could not be read).
 *
 * @param expectation what the change makes of each of its paths; without any, nothing can be proved and nothing is repeated
 * @throws SyncError as callApi, with `details.outcome` where the request had been sent
 */
export async function changeOnce<T>(
  session: ApiSession,
  context: RunContext,
  expectation: readonly ExpectedFile[],
  request: Omit<ApiRequest<T>, 'beforeRepeat'>,
): Promise<Landed<T>> {
  const { body } = request;
  let sends = 0;
  const counted = body && {
    sizeBytes: body.sizeBytes,
    open: () => {
      sends += 1;
      return body.open();
    },
  };
  const byManifest: Landed<T> = { provedBy: 'manifest', reply: undefined };

  try {
    return await callApi<Landed<T>>(session, context, {
      ...request,
      ...(counted ? { body: counted } : {}),
      read: async (...answer) => ({ provedBy: 'reply', reply: await request.read(...answer) }),
      beforeRepeat: async () => {
        const seen = await lookAtManifest(session, context, expectation);
        if (seen.landed === undefined) throw unknownOutcome(seen.problem);
        return seen.landed.length === expectation.length ? { result: byManifest } : undefined;
      },
    });
  } catch (error) {
    if (!SyncError.is(error) || error.code === 'cancelled' || error.details?.['outcome'] !== undefined)
      throw error;
    if (sends === 0 || (sends === 1 && !leavesOutcomeOpen(error))) throw error;
    const seen = await lookAtManifest(session, context, expectation);
    if (seen.landed === undefined) throw withOutcome(error, 'unknown', []);
    if (seen.landed.length === expectation.length) return byManifest;
    throw withOutcome(error, seen.landed.length > 0 ? 'partly' : 'nothing', seen.landed);
  }
}

type Look =
  { readonly landed: readonly string[] } | { readonly landed?: undefined; readonly problem: string };

async function lookAtManifest(
  session: ApiSession,
  context: RunContext,
  expectation: readonly ExpectedFile[],
): Promise<Look> {
  if (expectation.length === 0) return { problem: 'there is nothing to recognise it by.' };
  try {
    return { landed: landedPaths(await readManifest(session, context), expectation) };
  } catch (error) {
    if (SyncError.is(error, 'cancelled')) throw error;
    return { problem: messageOf(error) };
  }
}

function unknownOutcome(problem: string): SyncError {
  return new SyncError(
    'http',
    `The reply was lost, and whether the change arrived cannot be seen: ${problem}`,
    {
      hint: compareAgain,
      details: { outcome: 'unknown' },
    },
  );
}

function withOutcome(
  error: SyncError,
  outcome: 'nothing' | 'partly' | 'unknown',
  landed: readonly string[],
): SyncError {
  const sentence = {
    nothing: 'Nothing was changed there.',
    partly: `Of its files ${landed.length} had been written: ${landed.slice(0, 3).join(', ')}${landed.length > 3 ? ', …' : ''}.`,
    unknown: 'Whether anything was changed there cannot be seen.',
  }[outcome];
  return new SyncError(error.code, `${error.message} ${sentence}`, {
    hint: outcome === 'nothing' ? (error.hint ?? 'Try again.') : compareAgain,
    details: { ...error.details, outcome, ...(landed.length > 0 ? { landed } : {}) },
    cause: error,
  });
}
