/** Of a transaction's BEGIN: `unknown` when the message that it was in is not answered yet, or has failed. */
export type Begun = 'no' | 'unknown' | 'yes';

/**
 * What the server is still to be told before the next statement of a session: its settings, and the BEGIN of a transaction.
 * Where it can, it goes in one message with that statement, because a distant server takes as long to answer the one as the
 * other. What was in a message that failed is said again in the next one: no statement runs without it.
 */
export class SessionOpening {
  private transaction: { readonly begin: string; begun: Begun } | undefined;
  /** Ends, and never fails, when the message that says it is answered. */
  private underWay: Promise<void> | undefined;

  /** @param settings SET statements */
  constructor(private settings: string | undefined) {}

  get begun(): Begun {
    return this.transaction?.begun ?? 'no';
  }

  startTransaction(begin: string): void {
    this.transaction = { begin, begun: 'no' };
  }

  endTransaction(): void {
    this.transaction = undefined;
  }

  /** Sends what is left to be said, by itself. */
  async send(run: (message: string) => Promise<unknown>): Promise<void> {
    while (this.underWay) await this.underWay;
    const unsaid = this.unsaid();
    if (unsaid.length > 0) await this.say(unsaid, run);
  }

  /** Sends a statement, and in front of it what is left to be said. */
  async sendBefore<T>(statement: string, run: (message: string) => Promise<T>): Promise<T> {
    while (this.underWay) await this.underWay;
    const unsaid = this.unsaid();
    return unsaid.length === 0 ? run(statement) : this.say([...unsaid, statement], run);
  }

  private async say<T>(statements: readonly string[], run: (message: string) => Promise<T>): Promise<T> {
    const { transaction } = this;
    if (transaction) transaction.begun = 'unknown';
    const answer = run(statements.join('; '));
    this.underWay = answer.then(
      () => {
        this.settings = undefined;
        if (transaction) transaction.begun = 'yes';
      },
      () => undefined,
    );
    await this.underWay;
    this.underWay = undefined;
    return answer;
  }

  private unsaid(): string[] {
    const { settings, transaction, begun } = this;
    const begin = transaction === undefined || begun === 'yes' ? [] : [transaction.begin];
    if (settings === undefined) return begin;
    // Settings in one transaction with what follows would be taken back with it.
    return begin.length === 0 ? [settings] : ['BEGIN', settings, 'COMMIT', ...begin];
  }
}
