import { isEmpty, summarise } from './bucketSummary';
import { decideAtSource, isEveryRowNew } from './decideAtSource';
import { prepareImport, type PrepareInput, type Prepared } from './prepareImport';
import { noDecisions, readDecisions, type Decisions } from './readDecisions';

/** What an import would do now. */
export interface Preview extends Pick<Prepared, 'rows' | 'targetItems'> {
  readonly decisions: Decisions;
}

/**
 * Decides about every row that differs, inside a transaction of the target, and changes nothing. Of an empty target the source
 * alone can tell what an import will do: no row is moved for that. The import stages and decides in any case, and refuses
 * what comes out otherwise than planned.
 */
export async function previewImport(
  input: Pick<PrepareInput, 'sides' | 'options' | 'base' | 'context'>,
): Promise<Preview> {
  const { sides, base, context } = input;
  const { source, target, pair, asked } = sides;
  const targetIsEmpty = await isEmpty(target, pair);
  if (source.kind === 'database' && targetIsEmpty && isEveryRowNew(pair, base)) {
    context.progress({ message: 'Comparing' });
    const counted = await summarise(source.db, 'source', pair, asked, false);
    const all = ({ rows, home }: typeof counted.users) => ({ rows, home, staged: rows });
    return {
      rows: { users: all(counted.users), contexts: all(counted.contexts) },
      targetItems: 0,
      decisions: await decideAtSource(source.db, pair, asked, counted),
    };
  }
  const { decided, rows, targetItems } = await prepareImport({ ...input, onCommit: 'DROP', targetIsEmpty });
  const decisions = decided ? await readDecisions(target, pair, 'plan') : noDecisions;
  return { rows, targetItems, decisions };
}
