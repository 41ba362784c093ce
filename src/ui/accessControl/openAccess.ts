import * as vscode from 'vscode';
import type { RulePlace } from '../../core/accessControl/declaredRule';
import { stopWithNotice } from '../commands/stopWithNotice';
import { openPlace, type CommandHandler } from '../runCommand';
import type { Services } from '../services';
import type { AccessNode } from './accessNodes';
import { commandNodes } from './commandNodes';
import { requireAccess } from './requireAccess';

/** Both sides of the rule or entity that it is invoked on: database left, file right. */
export const openAccessDiff: CommandHandler = async (services, ...args) => {
  const { diff } = await requireAccess(services);
  const [node] = commandNodes(services, args.slice(0, 1));
  if (node?.type !== 'rule' && node?.type !== 'entity') return;
  const { accessTexts } = await import('../../core/accessControl/accessTexts');
  const { entityType, entityId } = node.type === 'rule' ? node.rule : node.entity;
  const role = node.type === 'rule' ? node.rule.role : undefined;
  const { database, file } = accessTexts(diff, { entityType, entityId }, role);
  const { snapshots, t } = services;
  const name = `${entityType}/${entityId}.yaml`;
  const label = [entityType, '/', entityId, ...(typeof role === 'string' ? [` (${role})`] : [])].join('');
  await vscode.commands.executeCommand(
    'vscode.diff',
    snapshots.take(name, database),
    snapshots.take(name, file),
    t('{0} (database ↔ file)', label),
    { preview: true },
  );
};

/** Where a rule or an error stands in its file. */
export const openAccessFile: CommandHandler = async (services, ...args) => {
  const [node] = commandNodes(services, args.slice(0, 1));
  if (node !== undefined) await openNode(services, node);
};

async function openNode(services: Services, node: AccessNode): Promise<void> {
  const { t } = services;
  if (node.type === 'invalid') {
    const { path, line, column, message } = node.problem;
    if (path === null) stopWithNotice(message);
    return openPlace(services, { path, line: line ?? 1, column: column ?? 1 });
  }
  const place = placeOf(node);
  if (place === undefined) stopWithNotice(t('No file has this rule.'));
  const { yamlLocator } = await import('../../core/yaml/locateYaml');
  const { path, text } = place.file;
  await openPlace(services, { path, ...yamlLocator(text)(place.at) });
}

function placeOf(node: AccessNode): RulePlace | undefined {
  if (node.type === 'rule') return node.rule.place;
  if (node.type !== 'entity') return undefined;
  return node.children.map(({ rule }) => rule.place).find((place) => place !== undefined);
}
