import { messageOf, SyncError } from '../core/syncError';
import { shownText } from './shownText';

/** Where a command's answer goes. With `--json`: exactly one document on stdout, whatever happens. */
export interface Output {
  readonly json: boolean;
  /** @param document the JSON of the contract; @param lines the same for people */
  answer(document: unknown, lines: readonly string[]): void;
  fail(error: unknown): void;
}

export function createOutput(
  stdout: NodeJS.WritableStream,
  stderr: NodeJS.WritableStream,
  options: { readonly json: boolean; readonly verbose: boolean; readonly redact: (text: string) => string },
): Output {
  const { json, verbose, redact } = options;
  const redactTexts = (_key: string, value: unknown) => (typeof value === 'string' ? redact(value) : value);
  return {
    json,
    answer(document, lines) {
      stdout.write(
        json ? `${JSON.stringify(document)}\n` : shownText(lines.map((line) => `${line}\n`).join('')),
      );
    },
    fail(error) {
      const failure = describeFailure(error);
      if (json) stdout.write(`${JSON.stringify({ error: failure }, redactTexts)}\n`);
      const tell = (text: string) => stderr.write(shownText(redact(`${text}\n`)));
      tell(`error: ${failure.message}${failure.hint === undefined ? '' : `\n  ${failure.hint}`}`);
      if (verbose || failure.code === 'internal') tell(stackOf(error));
    },
  };
}

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly details?: unknown;
  readonly hint?: string;
}

function describeFailure(error: unknown): Failure {
  if (!SyncError.is(error)) {
    return {
      code: 'internal',
      message: `Something unexpected happened: ${messageOf(error)}`,
      hint: 'This is a fault of Systemprompt Sync. Please report it with the lines above.',
    };
  }
  const { code, message, details, hint } = error;
  return { code, message, ...(details && { details }), ...(hint !== undefined && { hint }) };
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by: ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
