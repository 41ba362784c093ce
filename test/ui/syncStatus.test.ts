import { describe, expect, it } from 'vitest';
import { SyncError } from '../../src/core/syncError';
import type { ProjectView } from '../../src/ui/changes/projectView';
import { countDirections } from '../../src/ui/content/countDirections';
import { unusedAreas } from '../../src/ui/changes/changesArea';
import { noCounts } from '../../src/ui/status/directionCounts';
import { contentDiff, difference, problem, source } from './content/sampleDiff';
import { syncStatus, withSignIn } from '../../src/ui/status/syncStatus';
import { withFailedJobs } from '../../src/ui/status/withFailedJobs';
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
    expect(syncStatus(t, { view, activity: undefined, areas: unusedAreas })).toMatchObject({
      text,
      tooltip,
      severity: 'none',
    });
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
    const spinning = (activity: 'comparing' | 'applying') =>
      syncStatus(t, { view: ready(), activity, areas: unusedAreas });
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
      syncStatus(t, {
        view: { kind: 'databaseFailed', ...found, error: failure },
        activity: undefined,
        areas: unusedAreas,
      }),
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
      syncStatus(t, {
        view: { kind: 'noDatabase', ...found, error: missing },
        activity: undefined,
        areas: unusedAreas,
      }),
    ).toMatchObject({
      severity: 'warning',
      command: 'systempromptSync.focusChanges',
    });
  });

  it('adds up all areas, and says in words what waits in which', () => {
    const files = { kind: 'ready', diff: {} as never, nodes: [], counts: { ...noCounts, up: 2 } } as const;
    const status = (areas: object) =>
      syncStatus(t, {
        view: ready(difference('a', 'added')),
        activity: undefined,
        areas: { ...unusedAreas, ...areas },
      });
    expect(status({ files })).toMatchObject({
      text: '$(sync) 3↑',
      tooltip: 'Systemprompt Sync: 1 to bring to the database; files: 2 to push',
    });
    expect(status({ files: { kind: 'failed', error: failure } })).toMatchObject({
      text: '$(sync) 1↑ $(warning)',
      tooltip: 'Systemprompt Sync: 1 to bring to the database; 1 areas could not be compared',
    });
  });

  it('shows no tick while an area could not be compared', () => {
    const areas = { ...unusedAreas, files: { kind: 'failed', error: failure } } as const;
    expect(syncStatus(t, { view: ready(), activity: undefined, areas })?.text).toBe('$(sync) $(warning)');
  });

  it.each(['starting', 'noFolder', 'untrusted', 'noProject'] as const)(
    'is hidden when the view is %s',
    (kind) => {
      expect(syncStatus(t, { view: { kind }, activity: undefined, areas: unusedAreas })).toBeUndefined();
    },
  );

  it('tells of a token that is about to end beside what it says anyway, and without a project not at all', () => {
    const status = syncStatus(t, { view: ready(), activity: undefined, areas: unusedAreas });
    expect(withSignIn(status, 'The token ends at 10:00.')).toEqual({
      ...status,
      text: '$(check) $(key)',
      tooltip: 'Systemprompt Sync: disk and database are in sync. The token ends at 10:00.',
    });
    expect(withSignIn(status, undefined)).toBe(status);
    expect(withSignIn(undefined, 'The token ends at 10:00.')).toBeUndefined();
  });
});

describe('a failed job in the status bar', () => {
  const compared = syncStatus(t, {
    view: ready(difference('a', 'removed')),
    activity: undefined,
    areas: unusedAreas,
  });

  it('stands before what waits, and leads to its history', () => {
    expect(withFailedJobs(t, [{ name: 'content_sync', reason: 'No YAML.', ended: '' }], compared)).toEqual({
      text: '$(error) job failed · 1↓',
      tooltip: 'Systemprompt Sync: content_sync failed. No YAML.\nSystemprompt Sync: 1 to bring to disk',
      command: 'systempromptSync.jobs.showHistory',
      severity: 'error',
    });
  });

  it('is shown where nothing has been compared yet, with how many others there are', () => {
    const failed = [
      { name: undefined, reason: 'No table.', ended: '' },
      { name: 'content_sync', reason: 'No YAML.', ended: '' },
    ];
    expect(withFailedJobs(t, failed, undefined)).toMatchObject({
      text: '$(error) job failed',
      tooltip: 'Systemprompt Sync: the jobs do not run. No table. And 1 more.',
    });
  });

  it('changes nothing once it was looked at', () => {
    expect(withFailedJobs(t, [], compared)).toBe(compared);
  });
});
