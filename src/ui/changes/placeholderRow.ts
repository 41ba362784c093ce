import { commands, contextValues } from '../contributions';
import { reportError } from '../errorReport';
import type { Translate } from '../translate';
import type { PlaceholderNode } from './changeNode';
import type { NodeRow } from './changesArea';

/** The one row of an area that was not compared yet, or could not be; a click compares it, or tells more. */
export function placeholderRow(
  t: Translate,
  { placeholder, error }: PlaceholderNode,
  title: string,
): NodeRow {
  if (placeholder === 'waiting') {
    const description = t('not compared yet');
    return {
      text: {
        label: title,
        description,
        tooltip: [title, t('Click to compare.')],
        spoken: `${title}, ${description}`,
        contextValue: contextValues.waiting,
      },
      icon: 'circle-outline',
      command: { id: commands.compareArea, title: t('Compare') },
    };
  }
  const reason = reportError(t, error)?.text ?? '';
  const description = t('could not be compared: {0}', reason);
  return {
    text: {
      label: title,
      description,
      tooltip: [title, reason],
      spoken: `${title}, ${description}`,
      contextValue: contextValues.failed,
    },
    icon: 'warning',
    command: { id: commands.showProblem, title: t('Show the Problem') },
  };
}
