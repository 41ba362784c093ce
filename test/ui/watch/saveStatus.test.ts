import { describe, expect, it } from 'vitest';
import { saveStatus } from '../../../src/ui/watch/saveStatus';
import { inEnglish as t } from '../inEnglish';

describe('what is told about a save', () => {
  it('is nothing while nothing happened', () => {
    expect(saveStatus(t, { kind: 'quiet' })).toBeUndefined();
  });

  it('offers Undo where there is a backup', () => {
    const done = saveStatus(t, { kind: 'synced', items: 2, backup: '20261122T214106Z-3f2a9c' });
    expect(done).toMatchObject({
      text: '$(check) saved and synced: 2 · Undo',
      command: 'systempromptSync.content.undoSave',
      stays: false,
    });
    expect(saveStatus(t, { kind: 'synced', items: 2, backup: undefined })?.text).not.toContain('Undo');
  });

  it('stays where production keeps it off, and says why', () => {
    expect(saveStatus(t, { kind: 'production', target: 'postgres on db.example.com' })).toMatchObject({
      text: '$(circle-slash) sync on save is off',
      tooltip: 'Nothing is synced on save: postgres on db.example.com counts as production.',
      stays: true,
    });
  });

  it('names what was left, and why it failed', () => {
    expect(saveStatus(t, { kind: 'left', names: ['a', 'b'] })?.tooltip).toContain(
      'Not synced on save: a, b.',
    );
    expect(saveStatus(t, { kind: 'failed', reason: 'Nothing answers.' })).toMatchObject({
      tooltip: 'Not synced on save. Nothing answers.',
      command: 'systempromptSync.showLog',
    });
  });
});
