import * as vscode from 'vscode';
import type { ContentDirection, ContentPlanOptions } from '../../core/content/contentPlan';
import type { ContentDifference } from '../../core/models/contentDiff';
import type { SkippedItem } from '../../core/models/plan';
import { contentKeyText } from '../../core/models/content';
import { SyncError } from '../../core/syncError';
import { findItems, itemsToForce, keysOf, movableItems, withoutConflicts } from './chooseItems';
import type { ReadyView } from '../changes/projectView';
import { confirmPlan } from '../confirmPlan';
import { readSettings } from '../host/settings';
import { deleteWords, moveWords, type MoveWords } from '../messages';
import type { Services } from '../services';
import { applyMove } from '../commands/applyMove';
import { requireReady } from '../commands/readyState';
import { stopWithNotice } from '../commands/stopWithNotice';

/** Moves the checked items; with none checked, asks whether all are meant. */
export async function moveChecked(services: Services, direction: ContentDirection): Promise<void> {
  const ready = await requireReady(services);
  const checked = findItems(ready.diff, services.store.checked);
  const items = checked.length > 0 ? checked : await askForAll(services, ready, direction);
  await moveItems(services, ready, direction, items, { forceSilently: false });
}

/** Moves items that the user has named one by one: the giving side wins, after the question. */
export async function moveNamed(
  services: Services,
  direction: ContentDirection,
  items: readonly ContentDifference[],
): Promise<void> {
  await moveItems(services, await requireReady(services), direction, items, { forceSilently: true });
}

async function moveItems(
  services: Services,
  ready: ReadyView,
  direction: ContentDirection,
  items: readonly ContentDifference[],
  { forceSilently }: { readonly forceSilently: boolean },
): Promise<void> {
  const { t } = services;
  const options = { direction, items: keysOf(items) } satisfies ContentPlanOptions;
  const forced = itemsToForce(items, direction);
  const movable = withoutConflicts(items);
  const bold = { direction, items: keysOf(movable), override: true } satisfies ContentPlanOptions;
  const words = moveWords(t, direction);
  if (forceSilently || forced.length === 0) {
    const only = forceSilently && movable.length > 0 ? bold : options;
    await planAndApply(services, ready, words, only, undefined, notMoved(t, only, items));
    return;
  }
  await planAndApply(
    services,
    ready,
    words,
    options,
    { options: bold, forced: forced.length },
    notMoved(t, bold, items),
  );
}

/** Conflicts among the chosen items: an overriding plan does not name them, the report does. */
function notMoved(
  t: Services['t'],
  { items }: { readonly items: ReadonlySet<string> },
  chosen: readonly ContentDifference[],
): SkippedItem[] {
  return chosen
    .filter((item) => !items.has(contentKeyText(item)))
    .map(({ sourceId, slug, reason }) => ({
      item: `${sourceId}/${slug}`,
      kind: 'conflict',
      reason: reason ?? t('changed on both sides'),
    }));
}

/** Decides items that changed on both sides: the named side wins, also where it means a deletion. */
export async function keepSide(
  services: Services,
  side: 'disk' | 'database',
  items: readonly ContentDifference[],
): Promise<void> {
  const direction = side === 'disk' ? 'to-db' : 'to-disk';
  await planAndApply(services, await requireReady(services), moveWords(services.t, direction), {
    direction,
    items: keysOf(items),
    conflict: side,
    deleteOrphans: true,
  });
}

/** Deletes rows that have no file, or files that have no row: never without being named and asked about. */
export async function deleteNamed(
  services: Services,
  direction: ContentDirection,
  items: readonly ContentDifference[],
): Promise<void> {
  const surplus = items.filter(({ file, row }) => (direction === 'to-db' ? !file : !row));
  const options = { direction, items: keysOf(surplus), deleteOrphans: true };
  await planAndApply(services, await requireReady(services), deleteWords(services.t, direction), options);
}

interface Bolder {
  readonly options: ContentPlanOptions;
  readonly forced: number;
}

async function planAndApply(
  services: Services,
  { project, diff }: ReadyView,
  words: MoveWords,
  options: ContentPlanOptions,
  bolder?: Bolder,
  alsoLeft: readonly SkippedItem[] = [],
): Promise<void> {
  const { t, quietContext } = services;
  const { ContentLocalSync } = await import('../../core/content/contentLocalSync');
  const { keepBackups, confirmOverwrite: policy } = readSettings(vscode.Uri.file(project.root));
  const planner = new ContentLocalSync(project, quietContext(), { keepBackups });
  const choice = {
    plan: planner.plan(diff, options),
    ...(bolder && { bolder: { plan: planner.plan(diff, bolder.options), forced: bolder.forced } }),
  };
  const { plan, answers } = await confirmPlan(choice, { t, words, policy });
  // Files that cannot be read are part of every plan; whoever chose other items did not ask about them.
  const invalidPaths = new Set(
    diff.sources.flatMap(({ invalid }) => invalid.map(({ problem }) => problem.path)),
  );
  await applyMove(services, {
    words,
    answers,
    apply: (context) => new ContentLocalSync(project, context, { keepBackups }).apply(plan, answers),
    isNoise: ({ item, kind }) => kind === 'invalid' && invalidPaths.has(item),
    alsoLeft: plan === choice.plan && bolder !== undefined ? [] : alsoLeft,
  });
}

/** With nothing checked: all that can go this way, or those of one source. */
async function askForAll(
  { t }: Services,
  { diff }: ReadyView,
  direction: ContentDirection,
): Promise<ContentDifference[]> {
  const bySource = movableItems(diff, direction);
  const all = [...bySource.values()].flat();
  if (all.length === 0) {
    stopWithNotice(
      direction === 'to-db' ? t('Nothing to push to the database.') : t('Nothing to pull to disk.'),
    );
  }
  const sources = bySource.size > 1 ? [...bySource] : [];
  const choices = [
    { label: t('All items ({0})', all.length), items: all },
    ...sources.map(([name, items]) => ({ label: t('Items of {1} ({0})', items.length, name), items })),
  ];
  const title = direction === 'to-db' ? t('Push to the Database') : t('Pull to Disk');
  const placeHolder = t('Nothing is checked. Which items are meant?');
  const chosen = await vscode.window.showQuickPick(choices, { title, placeHolder });
  if (chosen === undefined) throw new SyncError('cancelled', 'Nothing was chosen.');
  return chosen.items;
}
