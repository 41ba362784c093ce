import { describe, expect, it } from 'vitest';
import { inspect } from 'node:util';
import { describeProject } from '../../src/core/project/describeProject';
import { contentFolders } from '../../src/ui/content/contentFolders';
import { problemsByFile } from '../../src/ui/problems/problemsByFile';
import { projectDocument } from '../../src/ui/project/projectDocument';
import { contentDiff, difference, problem, source } from './content/sampleDiff';
import { inEnglish as t } from './inEnglish';
import { samplePassword, sampleProject } from './sampleProject';

describe('the page about the project', () => {
  const project = sampleProject({ warnings: ['Choose one with --profile.'] }, 'db.example.com');
  const token = { value: 'lasts until tomorrow', from: '.systemprompt/credentials.json' };
  const page = projectDocument(t, describeProject(project), token);

  it('says for every value where it comes from, in the words of the editor', () => {
    expect(page).toContain('| Profile | local | the only profile |');
    expect(page).toContain('the stored database URL (Set Database URL…)');
    expect(page).not.toMatch(/--(?:profile|services|database-url)/);
  });

  it('names the tenant, the way to it, and where the token comes from', () => {
    expect(page).toContain('| Way to the tenant | none | no tenant |');
    expect(page).toContain('| Token | lasts until tomorrow | .systemprompt/credentials.json |');
    const direct = sampleProject({
      tenant: { id: 't-1', name: 'Shop', origin: 'https://sync.example.com' },
      mode: 'direct',
      provenance: { ...project.provenance, tenant: '--tenant', mode: '--origin' },
    });
    const named = projectDocument(t, describeProject(direct), {
      value: undefined,
      from: 'Nobody is signed in.',
    });
    expect(named).toContain(
      '| Tenant | Shop (t-1) | the setting systempromptSync.tenant.id (Select Tenant…) |',
    );
    expect(named).toContain(
      '| direct: https://sync.example.com | the setting systempromptSync.tenant.origin |',
    );
    expect(named).toContain('| Token | none | Nobody is signed in. |');
  });

  it('says why the database counts as production', () => {
    expect(page).toContain('The database counts as production: db.example.com is not this machine');
  });

  it('holds no password', () => {
    expect(page).not.toContain(samplePassword);
    expect(inspect(project, { depth: 10 })).not.toContain(samplePassword);
  });

  it('keeps its table whole when a path holds a bar or a line end', () => {
    const odd = projectDocument(t, describeProject(sampleProject({ root: '/home/a|b\nc' })), token);
    expect(odd).toContain('| Root | /home/a\\|b c |');
  });
});

describe('the Problems panel', () => {
  it('gets errors and warnings of files, by file, and nothing about rows', () => {
    const invalid = [
      { problem: problem('blog/x.md'), keys: [], isRow: false },
      { problem: problem('blog/x.md', { line: 9 }), keys: [], isRow: false },
      { problem: problem(null), keys: [], isRow: true },
    ];
    const warnings = [problem('config.yaml', { severity: 'warning' })];
    const found = problemsByFile({ content: contentDiff([source([], { invalid })], { warnings }) });
    expect([...found].map(([path, problems]) => [path, problems.length])).toEqual([
      ['config.yaml', 1],
      ['blog/x.md', 2],
    ]);
  });
});

describe('the folders in whose files menus appear', () => {
  it('are those of equal, different and invalid files, each once; a row without a file adds none', () => {
    const diff = contentDiff([
      source([difference('a', 'added'), difference('a2', 'modified'), difference('b', 'removed')], {
        equal: [
          { sourceId: 'blog', locale: 'en', slug: 'c', digest: 'd', path: 'services/content/blog/deep/c.md' },
        ],
        invalid: [{ problem: problem('services/content/docs/x.md'), keys: [], isRow: false }],
      }),
    ]);
    expect(contentFolders(diff).flatMap((folders) => [...folders])).toEqual([
      'services/content/blog/deep',
      'services/content/blog',
      'services/content/docs',
    ]);
  });

  it('are looked at anew in a diff that was compared anew', () => {
    const at = (path: string) =>
      contentDiff([
        source([], { equal: [{ sourceId: 'blog', locale: 'en', slug: 'c', digest: 'd', path }] }),
      ]);
    expect([...contentFolders(at('a/c.md')), ...contentFolders(at('b/c.md'))]).toEqual([
      new Set(['a']),
      new Set(['b']),
    ]);
  });

  it('are the same set, not a like one, in a diff that was brought up to date', () => {
    const before = contentDiff([source([difference('a', 'added')])]);
    const after = { ...before, sources: before.sources.map((of) => ({ ...of, differences: [] })) };
    expect(contentFolders(after)[0]).toBe(contentFolders(before)[0]);
  });
});
