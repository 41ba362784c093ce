/** A program, started without a shell. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  /** The whole environment of the child. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Written to its standard input, which is then closed; a secret belongs here and nowhere else. */
  readonly input?: string;
}

/** The command as it could be typed: arguments that a shell would take apart are quoted. */
export function commandText({ program, args }: Pick<Command, 'program' | 'args'>): string {
  return [program, ...args].map(quoted).join(' ');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
