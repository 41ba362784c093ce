import { messageOf, SyncError } from '../syncError';
import type { Check } from './check';
import type { CheckInput, CheckRule } from './checkInput';
import { dockerfileCheck } from './checks/dockerfileCheck';
import { driftChecks } from './checks/driftChecks';
import { machineChecks } from './checks/machineChecks';
import { projectChecks } from './checks/projectChecks';
import { releaseBinaryCheck } from './checks/releaseBinaryCheck';
import { tenantChecks } from './checks/tenantChecks';

const [root, ...folders] = projectChecks;

/** In the order in which they are shown. */
const rules: readonly CheckRule[] = [
  ...(root ? [root] : []),
  releaseBinaryCheck,
  ...folders,
  dockerfileCheck,
  ...machineChecks,
  ...tenantChecks,
  ...driftChecks,
];

/**
 * Asks everything a deploy depends on, all at once; changes nothing. What cannot be asked is a finding like any other.
 * @throws SyncError `cancelled`
 */
export async function runPreflight(input: CheckInput): Promise<readonly Check[]> {
  const found = await Promise.all(rules.map((rule) => runRule(rule, input)));
  SyncError.throwIfAborted(input.context.signal);
  return found.filter((check) => check !== undefined);
}

async function runRule({ id, title, run }: CheckRule, input: CheckInput): Promise<Check | undefined> {
  try {
    const finding = await run(input);
    return finding && { id, title, ...finding };
  } catch (error) {
    SyncError.throwIfAborted(input.context.signal);
    if (!SyncError.is(error)) throw error;
    return {
      id,
      title,
      state: 'failed',
      message: messageOf(error),
      fix: error.hint ?? 'See the output for more.',
      code: error.code,
    };
  }
}

/**
 * @throws SyncError with the code of the first check that failed; the message names all that did, and what to do
 */
export function requirePassed(checks: readonly Check[]): void {
  const failed = checks.filter(({ state }) => state === 'failed');
  const [first] = failed;
  if (first === undefined) return;
  const more = failed.length === 1 ? '' : ` (${failed.length} checks failed)`;
  throw new SyncError(
    first.code ?? 'missingConfig',
    `Not ready to deploy${more}: ${failed.map(({ title, message }) => `${title}: ${message}`).join(' ')} Nothing was changed.`,
    {
      hint: failed
        .map(({ fix }) => fix)
        .filter((fix) => fix !== undefined)
        .join(' '),
      details: { checks: failed.map(({ id }) => id) },
    },
  );
}
