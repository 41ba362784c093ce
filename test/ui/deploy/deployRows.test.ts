import { describe, expect, it } from 'vitest';
import type { Check } from '../../../src/core/deploy/check';
import type { Release } from '../../../src/core/deploy/releases';
import { checkRows, readyHead } from '../../../src/ui/deploy/checkRows';
import type { DeployState } from '../../../src/ui/deploy/deployStore';
import { releaseRows, releasesHead } from '../../../src/ui/deploy/releaseRows';
import { timeText } from '../../../src/ui/timeText';
import { inEnglish as t } from '../inEnglish';

const state: DeployState = {
  on: true,
  checks: undefined,
  checking: false,
  releases: undefined,
  live: undefined,
  problem: undefined,
};
const check = (change: Partial<Check> = {}): Check => ({
  id: 'storage',
  title: 'Storage',
  state: 'ok',
  message: 'There.',
  ...change,
});
const failed = check({ id: 'engine', title: 'Engine', state: 'failed', message: 'None.', fix: 'Start one.' });
const warned = check({ id: 'git', title: 'Git', state: 'warning', message: 'Dirty.', fix: 'Commit.' });
const now = Date.parse('2026-05-02T12:00:00Z');
const release = (change: Partial<Release> = {}): Release => ({
  tag: 'deploy-1-abc',
  image: 'registry/app:deploy-1-abc',
  digest: null,
  sha: 'abc',
  dirty: false,
  at: '2026-05-02T11:00:00Z',
  by: 'ann@example.com',
  result: 'live',
  rollback: false,
  ...change,
});

describe('Ready to deploy?', () => {
  it.each<[string, Partial<DeployState>, string, string]>([
    ['nobody has asked', {}, 'not checked yet', 'rocket'],
    ['it is being asked', { checking: true, checks: [failed] }, 'checking…', 'sync'],
    ['everything is ready', { checks: [check()] }, 'yes', 'pass'],
    ['something is worth a look', { checks: [check(), warned] }, 'yes, warnings: 1', 'warning'],
    ['something is missing', { checks: [warned, failed] }, 'no, failed: 1', 'error'],
  ])('says so when %s', (_, change, description, icon) => {
    const head = readyHead(t, { ...state, ...change });
    expect(head.text().description).toBe(description);
    expect(head.icon).toBe(icon);
  });

  it('asks on a click only while nothing is known', () => {
    expect(readyHead(t, state).command).toBeDefined();
    expect(readyHead(t, { ...state, checks: [] }).command).toBeUndefined();
  });

  it('says of each check in words how it stands and what to do', () => {
    const rows = checkRows(t, [check({ fix: 'Nothing.' }), warned, failed]);
    expect(rows.map(({ icon }) => icon)).toEqual(['pass', 'warning', 'error']);
    expect(rows.map(({ text }) => text().spoken)).toEqual([
      'Storage, ok · There.',
      'Git, warning · Dirty., Commit.',
      'Engine, failed · None., Start one.',
    ]);
  });

  it('speaks of no options of the command line', () => {
    const [row] = checkRows(t, [check({ state: 'failed', fix: 'Choose a tenant (--tenant, or settings).' })]);
    expect(row!.text().spoken).not.toContain('--tenant');
  });
});

describe('Releases', () => {
  it('say when, how, what and by whom, and which one runs', () => {
    const [first, second] = [release(), release({ tag: 'deploy-0', result: 'failed', sha: null })];
    const rows = releaseRows(t, { ...state, releases: [first, second], live: first }, () => now);
    const time = timeText(first.at, now);
    expect(rows.map(({ text }) => text().description)).toEqual([
      `runs now · live · ${time} · commit abc · by ann@example.com`,
      `failed · ${time} · commit unknown · by ann@example.com`,
    ]);
    expect(rows.map(({ icon }) => icon)).toEqual(['vm-running', 'error']);
  });

  it('tell a roll-back from the release it went back to', () => {
    const back = release({ rollback: true, at: '2026-05-02T11:30:00Z' });
    const rows = releaseRows(t, { ...state, releases: [back, release({ dirty: true })] }, () => now);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(2);
    expect(rows[0]!.text().description).toMatch(/· roll-back$/);
    expect(rows[1]!.text().description).toContain('commit abc with changes');
  });

  it('say why they cannot be listed', () => {
    expect(releasesHead(t, { ...state, problem: 'Nobody is signed in.' }).text().description).toBe(
      'Nobody is signed in.',
    );
    expect(releasesHead(t, { ...state, releases: [] }).text().description).toBe('none from here yet');
  });
});
