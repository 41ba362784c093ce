import { describe, expect, it } from 'vitest';
import { SyncError } from '../../src/core/syncError';
import { viewOfFailure } from '../../src/ui/changes/projectView';
import { viewBadge, viewDescription, viewMessage } from '../../src/ui/changes/viewHeader';
import { unusedAreas, type AreaViews } from '../../src/ui/changes/changesArea';
import { noCounts } from '../../src/ui/status/directionCounts';
import { contentDiff, difference, source } from './content/sampleDiff';
import { inEnglish as t } from './inEnglish';
import { samplePassword, sampleProject } from './sampleProject';

const shownRoot = '/home/ann/shop';
const project = sampleProject();
const withoutDatabase = sampleProject({ database: undefined });

describe('what a failed comparison leads to', () => {
  const badUrl = new SyncError('invalidInput', 'secrets.json: it is not a URL.');
  it.each([
    ['no project', new SyncError('notProjectRoot', 'none'), undefined, 'noProject'],
    [
      'a project that cannot be read',
      new SyncError('invalidInput', 'profile.yaml, line 3'),
      undefined,
      'failed',
    ],
    ['no database', new SyncError('missingConfig', 'none'), withoutDatabase, 'noDatabase'],
    [
      'a database URL that cannot be used',
      badUrl,
      sampleProject({ database: undefined, databaseProblem: badUrl }),
      'noDatabase',
    ],
    ['no content config', new SyncError('missingConfig', 'none'), project, 'noContentConfig'],
    ['a database that refuses', new SyncError('database', 'refused'), project, 'databaseFailed'],
    ['a content config with an error', new SyncError('invalidInput', 'line 2'), project, 'failed'],
    ['a fault of ours', new TypeError('x is not a function'), project, 'failed'],
  ])('%s', (_, error, found, kind) => {
    expect(viewOfFailure(error, found && { project: found, shownRoot }).kind).toBe(kind);
  });
});

describe('the header of the view', () => {
  const inSync = {
    kind: 'ready',
    project,
    shownRoot,
    diff: contentDiff([source([], { equal: [{ ...difference('a', 'added'), digest: 'd', path: 'p' }] })]),
  } as const;

  it('names project and profile beside the title', () => {
    expect(viewDescription(inSync)).toBe('shop · local');
  });

  it('says when the database counts as production, and never its password', () => {
    const view = {
      ...inSync,
      project: sampleProject({}, 'db.example.com'),
      diff: contentDiff([], { inSync: false }),
    };
    const message = viewMessage(t, { view, activity: undefined, areas: unusedAreas });
    expect(message).toBe('db.example.com:5432/app · production');
    expect(message).not.toContain(samplePassword);
  });

  it('says that everything is in sync only when it is', () => {
    expect(viewMessage(t, { view: inSync, activity: undefined, areas: unusedAreas })).toBe(
      'Everything is in sync. Items compared: 1. 127.0.0.1:5432/app',
    );
    const broken = { ...inSync, diff: contentDiff([], { inSync: false }) };
    expect(viewMessage(t, { view: broken, activity: undefined, areas: unusedAreas })).toBe(
      '127.0.0.1:5432/app',
    );
  });

  it('leaves the place to the welcome contents where a step is missing', () => {
    for (const kind of ['noFolder', 'noProject', 'untrusted'] as const) {
      expect(viewMessage(t, { view: { kind }, activity: undefined, areas: unusedAreas })).toBe('');
    }
  });

  it('does not call everything in sync while an area differs, was not compared, or could not be', () => {
    const message = (areas: Partial<AreaViews>) =>
      viewMessage(t, { view: inSync, activity: undefined, areas: { ...unusedAreas, ...areas } });
    expect(message({ files: { kind: 'failed', error: new Error('x') } })).not.toContain('in sync');
    expect(message({ database: { kind: 'waiting' } })).not.toContain('in sync');
    expect(message({ files: filesView({ up: 1 }) })).not.toContain('in sync');
    expect(message({ files: filesView({}) })).toContain('Everything is in sync');
  });

  it('counts all areas on the badge, and shows none when there is nothing to do', () => {
    const view = { ...inSync, diff: contentDiff([source([difference('a', 'added')])]) };
    const state = { view, activity: undefined, areas: unusedAreas };
    expect(viewBadge(t, state)).toEqual({ value: 1, tooltip: 'Not in sync: 1' });
    const more = { ...unusedAreas, files: filesView({ up: 2, conflicts: 1 }) };
    expect(viewBadge(t, { ...state, areas: more })?.value).toBe(4);
    expect(viewBadge(t, { ...state, view: inSync })).toBeUndefined();
  });
});

/** An area as a comparison leaves it, of which only the counts matter here. */
function filesView(counts: Partial<typeof noCounts>): AreaViews['files'] {
  const diff = {} as Extract<AreaViews['files'], { kind: 'ready' }>['diff'];
  return { kind: 'ready', diff, nodes: [], counts: { ...noCounts, ...counts } };
}
