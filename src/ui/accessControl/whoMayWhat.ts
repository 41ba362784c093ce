import * as vscode from 'vscode';
import type { AccessControlLocalSync } from '../../core/accessControl/accessControlLocalSync';
import { describeEntity, type EntityKey } from '../../core/accessControl/accessRule';
import type { Subject } from '../../core/accessControl/resolveAccess';
import type { Project } from '../../core/project/project';
import { SyncError } from '../../core/syncError';
import { stopWithNotice } from '../commands/stopWithNotice';
import { withViewProgress } from '../host/withProgress';
import type { CommandHandler } from '../runCommand';
import type { Services } from '../services';
import { commandNodes } from './commandNodes';
import { explanationText } from './explanationText';
import { requireDatabaseOf } from './requireAccess';

/** Asks for an entity, roles and a user, and shows the decision with the rule that makes it. */
export const whoMayWhat: CommandHandler = async (services) => {
  const project = await requireDatabaseOf(services);
  const { entities, roles } = await withSync(services, project, (sync) => sync.questions());
  const entity = await askEntity(services, entities);
  await explain(services, project, entity, await askSubject(services, entity, roles));
};

/** The same for the rule that it is invoked on, whose role it takes; for an entity, the role is asked for. */
export const explainAccessOf: CommandHandler = async (services, ...args) => {
  const [node] = commandNodes(services, args.slice(0, 1));
  if (node?.type !== 'rule' && node?.type !== 'entity') return;
  const project = await requireDatabaseOf(services);
  const { entityType, entityId } = node.type === 'rule' ? node.rule : node.entity;
  const entity = { entityType, entityId };
  if (node.type === 'rule') {
    const { role } = node.rule;
    return explain(services, project, entity, { roles: role === null ? [] : [role] });
  }
  const { roles } = await withSync(services, project, (sync) => sync.questions());
  await explain(services, project, entity, await askSubject(services, entity, roles));
};

async function explain(
  services: Services,
  project: Project,
  entity: EntityKey,
  subject: Subject,
): Promise<void> {
  const explained = await withSync(services, project, (sync) => sync.explain(entity, subject));
  const { t, reports } = services;
  await reports.show(t('Who may what'), explanationText(t, explained));
}

async function withSync<T>(
  { log, lifetime }: Services,
  project: Project,
  run: (sync: AccessControlLocalSync) => Promise<T>,
): Promise<T> {
  const { AccessControlLocalSync: Sync } = await import('../../core/accessControl/accessControlLocalSync');
  return withViewProgress({ logger: log.logger, lifetime }, (context) => run(new Sync(project, context)));
}

async function askEntity({ t }: Services, entities: readonly EntityKey[]): Promise<EntityKey> {
  if (entities.length === 0)
    stopWithNotice(t('Neither the database nor the services of this project know an entity.'));
  const picks = entities.map((entity) => ({ label: describeEntity(entity), entity }));
  const chosen = await vscode.window.showQuickPick(picks, {
    title: t('Who May What'),
    placeHolder: t('Which agent, skill, plugin, server …?'),
  });
  if (chosen === undefined) throw new SyncError('cancelled', 'No entity was chosen.');
  return chosen.entity;
}

async function askSubject({ t }: Services, entity: EntityKey, known: readonly string[]): Promise<Subject> {
  const title = t('Who May What with {0}', describeEntity(entity));
  const roles = await vscode.window.showQuickPick([...known], {
    title,
    placeHolder: t('Which roles? None of them: somebody without a role.'),
    canPickMany: true,
  });
  if (roles === undefined) throw new SyncError('cancelled', 'No roles were chosen.');
  const user = await vscode.window.showInputBox({
    title,
    prompt: t('The id of a user, to take the rules about this user in. Empty: no user.'),
  });
  if (user === undefined) throw new SyncError('cancelled', 'No user was given.');
  return { roles, user: user.trim() === '' ? undefined : user.trim() };
}
