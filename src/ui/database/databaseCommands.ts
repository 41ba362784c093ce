import * as vscode from 'vscode';
import type { DatabaseSyncService } from '../../core/database/sync/databaseSyncService';
import type { DatabasePlan } from '../../core/database/sync/databasePlan';
import type { DatabaseDirection, DatabaseSyncOptions } from '../../core/database/sync/syncOptions';
import { SyncError } from '../../core/syncError';
import type { ChangeNode } from '../changes/changeNode';
import { applyMove } from '../commands/applyMove';
import { requireProject } from '../commands/readyState';
import { stopWithNotice } from '../commands/stopWithNotice';
import { confirmPlan } from '../confirmPlan';
import { readSettings } from '../host/settings';
import { databaseWords } from '../messages';
import { withCancellableProgress } from '../host/withProgress';
import type { CommandHandler } from '../runCommand';
import type { Services } from '../services';
import { isDatabaseNode, type RowNode } from './databaseNodes';
import { askedPlan, protectedColumns, withLeft } from './databasePlans';
import { openDatabaseSync } from './openDatabaseSync';

/** Users and contexts of both databases, compared now. */
export const compareDatabases: CommandHandler = async ({ refresh }) => refresh(['database']);

/** Plans, shows the plan, and writes it in one transaction; the giving side wins conflicts only when that is chosen. */
export function moveDatabase(direction: DatabaseDirection): CommandHandler {
  return async (services) => {
    const { t, log, lifetime } = services;
    const project = await requireProject(services);
    const words = databaseWords(t, direction);
    const plans = await withCancellableProgress(
      { logger: log.logger, lifetime },
      t('Comparing users and contexts'),
      async (context) => choosePlans(services, await openDatabaseSync(services, project, context), direction),
    );
    if (!writes(plans.plan) && plans.bolder === undefined)
      stopWithNotice(nothingToMove(services, plans.plan));
    const { confirmOverwrite: policy } = readSettings(vscode.Uri.file(project.root));
    const notes = [...(plans.bolder?.plan ?? plans.plan).callouts];
    const choice = {
      plan: askedPlan(plans.plan),
      ...(plans.bolder && { bolder: { plan: askedPlan(plans.bolder.plan), forced: plans.bolder.forced } }),
    };
    const { plan, answers } = await confirmPlan(choice, { t, words, policy, notes });
    await applyMove(services, {
      words,
      answers,
      apply: async (context) =>
        withLeft(await (await openDatabaseSync(services, project, context)).apply(plan.database, answers)),
    });
  };
}

interface Plans {
  readonly plan: DatabasePlan;
  readonly bolder?: { readonly plan: DatabasePlan; readonly forced: number };
}

/** The plan that takes what is known to be newer, and one in which the giving side also wins conflicts, where there are any. */
async function choosePlans(
  { t }: Services,
  service: DatabaseSyncService,
  direction: DatabaseDirection,
): Promise<Plans> {
  const first = await service.plan({ direction });
  const kept = protectedColumns(first);
  const options: DatabaseSyncOptions =
    kept.length > 0 && (await asksForProtected(t, kept))
      ? { direction, includeProtected: true }
      : { direction };
  const plan = options.includeProtected === true ? await service.plan(options) : first;
  const conflicts = plan.left.filter(({ kind }) => kind === 'conflict').length;
  if (conflicts === 0) return { plan };
  const bolder = await service.plan({ ...options, conflict: 'source' });
  const forced = countWrites(bolder) - countWrites(plan);
  return forced > 0 ? { plan, bolder: { plan: bolder, forced } } : { plan };
}

async function asksForProtected(t: Services['t'], columns: readonly string[]): Promise<boolean> {
  const choices = [
    { label: t('Keep them as they are'), detail: t('Everything else is written.'), include: false },
    { label: t('Overwrite them as well'), detail: columns.join(', '), include: true },
  ];
  const chosen = await vscode.window.showQuickPick(choices, {
    title: t('Protected columns of existing users differ'),
    placeHolder: t(
      'Name, e-mail, roles and state of users that exist are protected: {0}',
      columns.join(', '),
    ),
    ignoreFocusOut: true,
  });
  if (chosen === undefined) throw new SyncError('cancelled', 'Nothing was chosen.');
  return chosen.include;
}

function countWrites({ areas: { users, contexts } }: DatabasePlan): number {
  return users.created + users.updated + contexts.created + contexts.updated;
}

function writes(plan: DatabasePlan): boolean {
  return countWrites(plan) > 0;
}

function nothingToMove({ t }: Services, { target, areas }: DatabasePlan): string {
  const left = areas.users.skipped + areas.contexts.skipped;
  return left === 0
    ? t('Nothing to bring to {0}.', target.label)
    : t('Nothing to bring to {0}. Rows that were left: {1}.', target.label, left);
}

/** Both rows as YAML, side by side: cloud left, own database right. */
export const openDatabaseRow: CommandHandler = async (services, node) => {
  const { t, snapshots, quietContext } = services;
  if (!isRowNode(node)) throw new SyncError('internal', 'This command belongs to a row of the Changes view.');
  const { area, key, label } = node.row;
  const project = await requireProject(services);
  const service = await openDatabaseSync(services, project, quietContext());
  const [cloud, local] = [
    await service.rowYaml('cloud', area, key),
    await service.rowYaml('local', area, key),
  ];
  const name = `${label.replaceAll('/', '∕')}.yaml`;
  await vscode.commands.executeCommand(
    'vscode.diff',
    snapshots.take(`cloud/${area}/${name}`, cloud),
    snapshots.take(`local/${area}/${name}`, local),
    t('{0} (cloud ↔ own database)', label),
    { preview: true },
  );
};

function isRowNode(node: unknown): node is RowNode {
  if (typeof node !== 'object' || node === null || !('area' in node)) return false;
  const row = node as ChangeNode;
  return isDatabaseNode(row) && row.type === 'row';
}
