import { createInterface } from 'node:readline/promises';
import { shownText } from './shownText';

/** Asks the person at the terminal. */
export interface Terminal {
  /** False in scripts and CI: then nothing is asked, and what needs an answer is refused. */
  readonly interactive: boolean;
  ask(question: string): Promise<string>;
}

/** Questions go to stderr, so that stdout stays the answer. */
export function createTerminal(
  stdin: NodeJS.ReadStream,
  stderr: NodeJS.WriteStream,
  signal: AbortSignal,
): Terminal {
  return {
    interactive: stdin.isTTY && stderr.isTTY,
    async ask(question) {
      const lines = createInterface({ input: stdin, output: stderr });
      try {
        return (await lines.question(shownText(question), { signal })).trim();
      } finally {
        lines.close();
      }
    },
  };
}
