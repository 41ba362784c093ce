import { describe, expect, it } from 'vitest';
import { SyncError } from '../../src/core/syncError';
import type { ProjectView } from '../../src/ui/changes/projectView';
import { countDirections } from '../../src/ui/status/countDirections';
import { syncStatus } from '../../src/ui/status/syncStatus';
import { contentDiff, difference, problem, source } from './sampleDiff';
import { inEnglish as t } from './inEnglish';
import { sampleProject } from './sampleProject';

const found = { project: sampleProject(), shownRoot: '/home/ann/shop' };
const ready = (...differences: ReturnType<typeof difference>[]): ProjectView => ({
  kind: 'ready',
  ...found,
  diff: contentDiff([source(differences)]),
});
const failure = new SyncError('database', 'Nothing answers at 127.0.0.1:5432.', {
  hint: 'Is Postgres running there?',
});

describe('the status bar', () => {
  it.each([
    ['nothing in sync is left', ready(), '$(check)', 'Systemprompt Sync: disk and database are in sync'],
    [
      'both sides have changes',
      ready(
        difference('a', 'added'),
        difference('b', 'modified', { origin: 'disk' }),
        difference('c', 'removed', { origin: 'disk' }),
        difference('d', 'modified', { origin: 'database' }),
        difference('e', 'removed'),
      ),
      '$(sync) 2↓ 3↑',
      'Systemprompt Sync: 2 to bring to disk, 3 to bring to the database',
    ],
    [
      'nobody knows which side changed',
      ready(difference('a', 'modified')),
      '$(sync) ~1',
      'Systemprompt Sync: 1 different, with no record of which side changed',
    ],
    [
      'items are in conflict',
      ready(difference('a', 'conflict')),
      '$(sync) !1',
      'Systemprompt Sync: 1 in conflict',
    ],
  ])('says in text and words when %s', (_, view, text, tooltip) => {
    expect(syncStatus(t, { view, activity: undefined })).toMatchObject({ text, tooltip, severity: 'none' });
  });

  it('counts invalid files and errors of the config', () => {
    const invalid = [{ problem: problem('x.md'), keys: [], isRow: false }];
    const warnings = [problem('config.yaml'), problem('config.yaml', { severity: 'warning' })];
    expect(countDirections(contentDiff([source([], { invalid })], { warnings })).invalid).toBe(2);
  });

  it('counts a deletion for the side that it happened on', () => {
    const deletedInDatabase = difference('a', 'added', { origin: 'database' });
    expect(countDirections(contentDiff([source([deletedInDatabase])]))).toMatchObject({ up: 0, down: 1 });
  });

  it('spins while it compares or writes, and says which', () => {
    const spinning = (activity: 'comparing' | 'applying') => syncStatus(t, { view: ready(), activity });
    expect(spinning('comparing')).toMatchObject({
      text: '$(sync~spin)',
      tooltip: 'Systemprompt Sync: comparing disk and database',
    });
    expect(spinning('applying')).toMatchObject({
      text: '$(sync~spin)',
      tooltip: 'Systemprompt Sync: writing changes',
    });
  });

  it('shows a failure as an error, with its reason, and leads to the log', () => {
    expect(
      syncStatus(t, { view: { kind: 'databaseFailed', ...found, error: failure }, activity: undefined }),
    ).toEqual({
      text: '$(error) sync',
      tooltip:
        'Systemprompt Sync: could not compare. Nothing answers at 127.0.0.1:5432. Is Postgres running there?',
      command: 'systempromptSync.showLog',
      severity: 'error',
    });
  });

  it('warns about a missing step and leads to the view', () => {
    const missing = new SyncError('missingConfig', 'No database is configured.');
    expect(
      syncStatus(t, { view: { kind: 'noDatabase', ...found, error: missing }, activity: undefined }),
    ).toMatchObject({
      severity: 'warning',
      command: 'systempromptSync.focusChanges',
    });
  });

  it.each(['starting', 'noFolder', 'untrusted', 'noProject'] as const)(
    'is hidden when the view is %s',
    (kind) => {
      expect(syncStatus(t, { view: { kind }, activity: undefined })).toBeUndefined();
    },
  );
});
