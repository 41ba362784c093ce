import type { ComparedRow, ComparedTable } from '../../core/database/sync/databaseComparison';
import type { NodeRow, NodeText } from '../changes/changesArea';
import { commands, contextValues } from '../contributions';
import type { Translate } from '../translate';
import type { DatabaseNode, DatabaseRootNode, RowNode } from './databaseNodes';

/** A row of the `Database` group, as the Changes view shows it. */
export function databaseRow(t: Translate, node: DatabaseNode): NodeRow {
  switch (node.type) {
    case 'database':
      return { text: rootText(t, node), icon: 'database' };
    case 'table': {
      const label = node.table.area === 'users' ? t('Users') : t('Contexts');
      const text = plainText(label, tableCounts(t, [node.table]), contextValues.databaseTable);
      return { text, icon: node.table.area === 'users' ? 'organization' : 'comment-discussion' };
    }
    case 'row':
      return {
        text: rowText(t, node),
        icon: node.row.area === 'users' ? 'person' : 'comment',
        command: { id: commands.openDatabaseRow, title: t('Open Comparison') },
      };
    case 'more':
      return {
        text: plainText(t('and {0} more', node.count), '', contextValues.databaseTable),
        icon: 'ellipsis',
      };
  }
}

function rootText(t: Translate, { tables, cloud, production }: DatabaseRootNode): NodeText {
  const counts = tableCounts(t, tables) || t('in sync');
  const label = t('Database');
  return {
    ...plainText(label, production ? `${counts} · ${t('production')}` : counts, contextValues.databaseRoot),
    tooltip: [label, t('Users and contexts, with {0}', cloud), counts],
  };
}

function plainText(label: string, description: string, contextValue: string): NodeText {
  const spoken = description === '' ? label : `${label}, ${description}`;
  return { label, description, tooltip: [label, description].filter(Boolean), spoken, contextValue };
}

function tableCounts(t: Translate, tables: readonly ComparedTable[]): string {
  const sum = (count: (table: ComparedTable) => number) =>
    tables.reduce((total, table) => total + count(table), 0);
  const [push, pull] = [sum(({ toPush }) => toPush), sum(({ toPull }) => toPull)];
  const undecided = sum((table) => table.undecided);
  return [
    push > 0 ? t('{0} to push', push) : '',
    pull > 0 ? t('{0} to pull', pull) : '',
    undecided > 0 ? t('{0} undecided', undecided) : '',
  ]
    .filter(Boolean)
    .join(', ');
}

function rowText(t: Translate, { row }: RowNode): NodeText {
  const { label, columns, reason } = row;
  const word = standingWord(t, row);
  const undecided = row.standing === 'conflict' || row.standing === 'left';
  const description = [word, columns.join(', '), undecided ? (reason ?? '') : ''].filter(Boolean).join(' · ');
  return {
    label,
    description,
    tooltip: [
      label,
      word,
      ...(columns.length > 0 ? [t('Columns that differ: {0}', columns.join(', '))] : []),
      ...(reason === undefined ? [] : [reason]),
      t('Id: {0}', row.key),
    ],
    spoken: `${label}, ${description}`,
    contextValue: contextValues.databaseRow,
    statusWord: word,
  };
}

function standingWord(t: Translate, { standing }: ComparedRow): string {
  switch (standing) {
    case 'onlyLocal':
      return t('only in the own database');
    case 'onlyCloud':
      return t('only in the cloud');
    case 'changedLocal':
      return t('changed in the own database');
    case 'changedCloud':
      return t('changed in the cloud');
    case 'conflict':
      return t('conflict');
    case 'left':
      return t('left');
  }
}
