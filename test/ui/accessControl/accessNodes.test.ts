import { describe, expect, it } from 'vitest';
import { leavesOf, type ChangeNode } from '../../../src/ui/changes/changeNode';
import { statusMarks } from '../../../src/ui/changes/itemStatus';
import { accessNodes, accessStatuses, isAccessNode } from '../../../src/ui/accessControl/accessNodes';
import { accessRow } from '../../../src/ui/accessControl/accessRow';
import { statusWord } from '../../../src/ui/accessControl/accessWords';
import { countAccess } from '../../../src/ui/accessControl/countAccess';
import { inEnglish as t } from '../inEnglish';
import { accessDiff, rule, rulesFile } from './sampleAccess';

const drifted = accessDiff(
  rulesFile(rule('writer', 'user, editor'), rule('reader', 'user', 'deny'), rule('both', 'user')),
  {
    rules: [
      'agent/writer user allow',
      'agent/writer old allow',
      'agent/reader user allow',
      'agent/both user deny',
      'plugin/theirs user allow marketplace:shop',
    ],
    others: { user: 2, department: 1 },
  },
  rulesFile(
    rule('writer', 'user, old'),
    rule('reader', 'user'),
    rule('both', 'user', 'allow', ', justification: before'),
  ),
);

function rowsOf(nodes: readonly ChangeNode[]): string[] {
  return nodes.flatMap((node) => {
    if (!isAccessNode(node)) throw new Error('not ours');
    const { label, description } = accessRow(t, node).text;
    return [`${label}: ${description}`, ...rowsOf(node.children)];
  });
}

describe('the rows of access rules', () => {
  it('say for entities who may what, for rules what differs, and count what is never touched', () => {
    expect(rowsOf(accessNodes(drifted))).toEqual([
      'Access control: 1 conflict, 1 modified, 1 added in the file, 1 only in the database, 1 unmanaged',
      'agent/both: granted to `user` that was denied before',
      'user: conflict: changed on both sides · deny in the database, allow in the file',
      'agent/reader: denied to `user` that was granted before',
      'user: modified · allow in the database, deny in the file',
      'agent/writer: granted to `editor` that was denied before; denied to `old` that was granted before',
      'editor: added in the file · allow',
      'old: only in the database · allow',
      'plugin/theirs: 1 unmanaged',
      'user: unmanaged · allow · from marketplace:shop',
      'Rules of the type department: 1, never touched',
      'User rules: 2, never touched',
    ]);
  });

  it('can be checked where something can be applied, never where a rule is unmanaged or only counted', () => {
    const leaves = leavesOf(accessNodes(drifted)).filter(isAccessNode);
    const statuses = leaves.map((node) => [node.type === 'rule' ? node.status : node.type, node.checkable]);
    expect(Object.fromEntries(statuses)).toEqual({
      conflict: true,
      modified: true,
      added: true,
      removed: true,
      unmanaged: false,
      others: false,
    });
  });

  it('have ids of their own that do not change when the status does', () => {
    const ids = (nodes: readonly ChangeNode[]): string[] =>
      nodes.flatMap(({ id, children }) => [id, ...ids(children)]);
    const all = ids(accessNodes(drifted));
    expect(new Set(all).size).toBe(all.length);
    const added = accessDiff(rulesFile(rule('writer', 'user')));
    const modified = accessDiff(rulesFile(rule('writer', 'user')), { rules: ['agent/writer user deny'] });
    expect(ids(accessNodes(added))).toEqual(ids(accessNodes(modified)));
  });

  it('are none where there is nothing to look at', () => {
    const equal = accessDiff(rulesFile(rule('writer', 'user')), { rules: ['agent/writer user allow'] });
    expect(accessNodes(equal)).toEqual([]);
  });

  it('block everything while a file has an error, and say so in words', () => {
    const diff = accessDiff(rulesFile(rule('writer', 'user'), rule('reader', 'user', 'alow')));
    const [root] = accessNodes(diff);
    expect(accessRow(t, root!).text.description).toBe('1 invalid: nothing can be applied');
    expect(leavesOf([root!]).some(({ checkable }) => checkable)).toBe(false);
    const [invalid] = root!.children;
    const { text, command } = accessRow(t, invalid!);
    expect(text).toMatchObject({
      label: 'config.yaml',
      description: 'invalid: line 3: access is "alow"; it is allow or deny.',
      statusWord: 'Invalid',
    });
    expect(command?.id).toBe('systempromptSync.accessControl.openFile');
  });

  it('tell of a rule what its role may, and never a bare allow', () => {
    const [root] = accessNodes(drifted);
    const [, reader] = root!.children;
    const tooltip = accessRow(t, reader!.children[0] as never).text.tooltip.join('\n');
    expect(tooltip).toContain('Origin: changed on disk');
    expect(tooltip).toContain(
      'Whoever has the role user alone: allowed (role rule for user). Once everything is applied: denied (role rule for user).',
    );
    expect(tooltip).toContain('as far as its role rules tell');
    const newer = accessNodes(
      accessDiff(rulesFile(rule('writer', 'user')), {
        generation: 'newer',
        rules: ['agent/writer user deny'],
      }),
    );
    const [rules] = leavesOf(newer).filter(isAccessNode);
    expect(accessRow(t, rules!).text.tooltip.join('\n')).toContain('also looks at rules of parents');
  });

  it('tell of an entity that is opened to everybody', () => {
    const diff = accessDiff(rulesFile(rule('writer', 'user', 'allow', ', default_included: true')), {
      rules: ['agent/writer user allow'],
    });
    expect(rowsOf(accessNodes(diff)).slice(1)).toEqual([
      'agent/writer: granted to everybody else that was denied before',
      'default_included: modified · false in the database, true in the file',
    ]);
  });

  it('give every status a letter and a word', () => {
    expect(accessStatuses.map((status) => `${statusMarks[status].letter} ${statusWord(t, status)}`)).toEqual([
      '! Conflict',
      'M Modified',
      'A Added in the file',
      'R Only in the database',
      '· Unmanaged',
    ]);
  });

  it('stay quick with ten thousand rules', () => {
    const many = Array.from({ length: 1000 }, (_, index) =>
      rule(`a${index}`, Array.from({ length: 10 }, (__, role) => `r${role}`).join(', ')),
    );
    const [root] = accessNodes(accessDiff(rulesFile(...many)));
    expect(root?.counts.added).toBe(10_000);
  });
});

describe('the counts of access rules', () => {
  it('tell what waits to be applied, and what only the database has', () => {
    expect(countAccess(drifted)).toEqual({ up: 2, down: 1, unknown: 0, conflicts: 1, invalid: 0 });
  });

  it('leave out what is unmanaged or about users', () => {
    const theirs = accessDiff(rulesFile(), {
      rules: ['plugin/theirs user allow marketplace:shop'],
      others: { user: 1 },
    });
    expect(countAccess(theirs)).toEqual({ up: 0, down: 0, unknown: 0, conflicts: 0, invalid: 0 });
    expect(accessNodes(theirs)).toHaveLength(1);
  });
});
