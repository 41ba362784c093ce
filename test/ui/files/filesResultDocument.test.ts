import { describe, expect, it } from 'vitest';
import { SyncError } from '../../../src/core/syncError';
import type { FilesRun } from '../../../src/ui/files/filesMemory';
import { filesResultDocument } from '../../../src/ui/files/filesResultDocument';
import { shownText } from '../../../src/ui/files/shownText';
import { progressText, shareOf } from '../../../src/ui/host/progressText';
import { inEnglish as t } from '../inEnglish';

const run = { direction: 'push', target: 'tenant Harbour on localhost:8081', endedAt: 0 } as const;

describe('the last result', () => {
  it('says what was done, what was left and why, how much was sent, and where the old values are', () => {
    const pushed: FilesRun = {
      ...run,
      outcome: {
        result: {
          operation: 'files_push',
          success: false,
          items_synced: 2,
          items_skipped: 1,
          errors: [],
          details: {
            uploaded: ['agents/new.md', 'config/site.yaml'],
            requests: 1,
            bytes_sent: 1_234_567,
            deleted: [],
            unchanged: 7,
            conflicts: 1,
            excluded: [{ path: 'web/', reason: 'outside of the directories that the tenant names' }],
            left: [
              { item: 'skills/away.md', kind: 'skipped', reason: 'deleted here; --delete carries that over' },
            ],
          },
          state: { kind: 'partial', completed: 2, total: 3 },
          plan_id: 'p',
          backup: '20260601T000000Z-abc',
          warnings: [],
        },
      },
    };
    const page = filesResultDocument(t, pushed);
    expect(page).toContain('# Files pushed to tenant Harbour on localhost:8081');
    expect(page).toContain('Stopped after 2 of 3.');
    expect(page).toContain('- Files moved: 2\n- Files deleted: 0\n- The same on both sides: 7');
    expect(page).toContain('- Uploads: 1, 1.2 MB\n- Backup: 20260601T000000Z-abc');
    expect(page).toContain('## Uploaded\n\n- agents/new.md\n- config/site.yaml');
    expect(page).toContain(
      '- skills/away.md: deleted here; Delete on Tenant… or Delete Local File… carries that over',
    );
    expect(page).toContain('## Left out\n\n- web/: outside of the directories that the tenant names');
  });

  it('says why nothing was done', () => {
    const failed = (error: unknown) => filesResultDocument(t, { ...run, outcome: { error } });
    expect(failed(new SyncError('http', 'localhost:8081 does not answer.'))).toContain(
      'Nothing was done: localhost:8081 does not answer.',
    );
    expect(failed(new SyncError('cancelled', 'x'))).toContain('Nothing was done: it was cancelled.');
  });
});

describe('a file that is shown', () => {
  it('is UTF-8 without a NUL', () => {
    expect(shownText(Buffer.from('Grüße'))).toBe('Grüße');
    expect(shownText(Buffer.from([0x47, 0, 0x48]))).toBeUndefined();
    expect(shownText(Buffer.from([0xff, 0xfe, 0x41]))).toBeUndefined();
  });
});

describe('progress', () => {
  it('counts items and bytes, as far as they are known', () => {
    const bytes = { done: 1_200_000, total: 4_000_000 };
    expect(progressText({ message: 'Uploading', done: 3, total: 10, bytes })).toBe(
      'Uploading 3/10 · 1.2/4.0 MB',
    );
    expect(progressText({ message: 'Comparing files' })).toBe('Comparing files');
    expect(progressText({ message: 'Downloading', bytes: { done: 500_000 } })).toBe('Downloading · 0.5 MB');
  });

  it('fills the bar by bytes, else by items, and not at all while neither is known', () => {
    expect(shareOf({ message: '', done: 9, total: 10, bytes: { done: 1, total: 4 } })).toBe(25);
    expect(shareOf({ message: '', done: 1, total: 2, bytes: { done: 1 } })).toBe(50);
    expect(shareOf({ message: '', done: 0, total: 0 })).toBeUndefined();
  });
});
