import { describe, expect, it } from 'vitest';
import { leavesOf, type ChangeNode } from '../../../src/ui/changes/changeNode';
import { buildFilesTree } from '../../../src/ui/files/buildFilesTree';
import { choicesOf, filesToForce, movableFiles, surplusFiles } from '../../../src/ui/files/chooseFiles';
import { countFiles } from '../../../src/ui/files/countFiles';
import { isFileNode, isFilesNode } from '../../../src/ui/files/filesNode';
import { filesRow } from '../../../src/ui/files/filesRow';
import { inEnglish as t } from '../inEnglish';
import { comparison, filesDiff } from './sampleFiles';

function lines(node: ChangeNode, indent = ''): string[] {
  if (!isFilesNode(node)) throw new Error(node.id);
  const { text } = filesRow(t, node);
  const mark = node.status === undefined ? '' : ` [${node.status}${node.checkable ? '' : ', no checkbox'}]`;
  const own = `${indent}${text.label}: ${text.description}${mark}`;
  return [own, ...node.children.flatMap((child) => lines(child, `${indent}  `))];
}

describe('the rows of a tenant', () => {
  it('say of every file which side did what, and of what is left out why', () => {
    expect(lines(buildFilesTree(comparison({ states: ['This server takes no deletions.'] })))).toEqual([
      'Harbour on harbour.example.com: production · 10 different',
      '  This server takes no deletions.: ',
      '  agents: 1',
      '    new.md: only here [localAdded]',
      '  config/deep/only: 1',
      '    site.yaml: changed here [localModified]',
      '  skills: 8',
      '    away-here.md: deleted here [localDeleted]',
      '    away-there.md: deleted on the tenant [remoteDeleted]',
      '    both.md: conflict: changed on both sides [conflict]',
      '    gone-and-changed.md: conflict: deleted here, changed on the tenant [conflict]',
      '    locked.md: invalid: it cannot be read (EACCES) [invalid, no checkbox]',
      '    strange.md: conflict: different, and no earlier sync says which side changed [conflict]',
      '    theirs.md: changed on the tenant [remoteModified]',
      '    there.md: only on the tenant [remoteAdded]',
      '  Left out: 2',
      '    web/: outside of the directories that the tenant names [left, no checkbox]',
      '    config/secrets.json: a secret: never leaves this machine [left, no checkbox]',
    ]);
  });

  it('are one row when nothing differs', () => {
    const diff = filesDiff({ inSync: true, differences: [], excluded: [] });
    expect(lines(buildFilesTree(comparison({ diff })))).toEqual([
      'Harbour on harbour.example.com: production · in sync',
    ]);
  });

  it('name sizes, and the word that has to be typed', () => {
    const tenant = buildFilesTree(comparison());
    expect(filesRow(t, tenant).text.tooltip).toContain(
      'Pushing to it has to be confirmed by typing harbour.example.com.',
    );
    const site = leavesOf([tenant])
      .filter(isFileNode)
      .find(({ label }) => label === 'site.yaml')!;
    expect(filesRow(t, site).text.tooltip).toEqual([
      'config/deep/only/site.yaml',
      'changed here',
      'Here: 2.4 kB',
      'On the tenant: 12 B',
    ]);
  });

  it('offer a merge only where both sides have something', () => {
    const contexts = leavesOf([buildFilesTree(comparison())])
      .filter(isFileNode)
      .filter(({ status }) => status === 'conflict')
      .map((node) => [node.label, filesRow(t, node).text.contextValue]);
    expect(contexts).toEqual([
      ['both.md', 'files:conflict'],
      ['gone-and-changed.md', 'files:deletedConflict'],
      ['strange.md', 'files:conflict'],
    ]);
  });

  it('are counted as the status bar counts', () => {
    expect(countFiles(filesDiff())).toEqual({ up: 3, down: 3, unknown: 0, conflicts: 3, invalid: 1 });
  });

  it('start collapsed when they are many, so that not all of them are drawn at once', () => {
    const many = Array.from({ length: 50_000 }, (_, index) => ({
      path: `skills/${index % 700}/file-${index}.md`,
      origin: 'unknown' as const,
      local: { digest: String(index), size: 1, executable: false },
    }));
    const tenant = buildFilesTree(comparison({ diff: filesDiff({ differences: many, excluded: [] }) }));
    const [skills] = tenant.children;
    expect(skills?.collapsed).toBe(true);
    expect(skills?.children.every(({ collapsed }) => collapsed === true)).toBe(true);
    expect(leavesOf([tenant])).toHaveLength(50_000);
    expect(buildFilesTree(comparison()).children[0]?.collapsed).toBe(false);
  });
});

describe('what a command moves', () => {
  const files = leavesOf([buildFilesTree(comparison())]).filter(isFileNode);
  const names = (chosen: typeof files) => chosen.map(({ label }) => label);

  it('without names: what the giving side alone has added or changed, and no deletion', () => {
    expect(names(movableFiles(files, 'push'))).toEqual(['new.md', 'site.yaml']);
    expect(names(movableFiles(files, 'pull'))).toEqual(['theirs.md', 'there.md']);
  });

  it('by force: what the other side has changed or deleted, never a conflict', () => {
    expect(names(filesToForce(files, 'push'))).toEqual(['away-there.md', 'theirs.md']);
    expect(names(filesToForce(files, 'pull'))).toEqual(['site.yaml', 'away-here.md']);
  });

  it('by deletion: what the giving side does not have', () => {
    expect(names(surplusFiles(files, 'push'))).toEqual(['away-here.md', 'there.md']);
    expect(names(surplusFiles(files, 'pull'))).toEqual(['new.md', 'away-there.md']);
  });

  it('names a side for each file', () => {
    expect([...choicesOf(files.slice(0, 1), 'local')]).toEqual([['agents/new.md', 'local']]);
  });
});
