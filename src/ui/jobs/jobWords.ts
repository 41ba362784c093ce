import type { MoveWords } from '../messages';
import type { Translate } from '../translate';

/** What running a job by hand says. */
export function jobWords(t: Translate, name: string): MoveWords {
  return {
    progress: t('Running {0}', name),
    question: (items) =>
      items === 1 ? t('Run {0}? It changes 1 item.', name) : t('Run {0}? It changes {1} items.', name, items),
    accept: t('Run'),
    acceptAll: () => t('Run'),
    done: (items) => t('{0} has run. Changed: {1}.', name, items),
    doneWithRest: (items, left) => t('{0} has run. Changed: {1}. Left as they were: {2}.', name, items, left),
  };
}
