import { describe, expect, it } from 'vitest';
import type { DeployPlan } from '../../../src/core/deploy/deployPlan';
import {
  appLink,
  deployDetail,
  resultLines,
  resultText,
  stepLine,
  type DeployResult,
} from '../../../src/ui/deploy/deployText';
import { terminalLine } from '../../../src/ui/deploy/terminalLine';
import { inEnglish as t } from '../inEnglish';

const plan = {
  kind: 'deploy',
  notes: ['Data stays.'],
  previous: null,
  target: {
    kind: 'tenant',
    label: 'tenant One on one.example.com',
    host: 'one.example.com',
    production: true,
  },
  checks: [
    { id: 'git', title: 'Git', state: 'warning', message: 'The tree is dirty.', fix: 'Commit it.' },
    { id: 'storage', title: 'Storage', state: 'ok', message: 'There.' },
  ],
  steps: [
    { action: 'create', name: 'push', title: 'Push image' },
    { action: 'update', name: 'release', title: 'Release image' },
  ],
} as unknown as DeployPlan;

const result: DeployResult = {
  operation: 'crate_deploy',
  success: true,
  items_synced: 1,
  items_skipped: 0,
  errors: [],
  details: {
    image: 'registry/app:one',
    status: 'ready',
    app_url: 'https://one.example.com',
    steps: [],
    tag: 'one',
    digest: null,
    sha: null,
    live: { tag: 'one', note: 'The tenant runs one.' },
  },
  state: { kind: 'completed' },
  plan_id: 'p',
  warnings: [],
};

describe('the question before a deploy', () => {
  it('names target, warnings, steps, and first what a roll-back does not restore', () => {
    expect(deployDetail(t, plan).split('\n')).toEqual([
      'Data stays.',
      'Goes to tenant One on one.example.com.',
      'What runs there now was not released from here.',
      'Warning: Git: The tree is dirty. Commit it.',
      '',
      '1. Push image',
      '2. Release image',
    ]);
  });
});

describe('the words of a deploy', () => {
  it('say how far a step is, and how long it took', () => {
    const step = { name: 'push', title: 'Push image', index: 2, of: 6 } as const;
    expect(stepLine(t, { ...step, state: 'started' })).toBe('[2/6] Push image: started');
    expect(stepLine(t, { ...step, state: 'failed', ms: 12_400 })).toBe('[2/6] Push image: failed (12.4 s)');
  });

  it('say what runs now, and what went wrong first', () => {
    expect(resultText(result)).toBe('The tenant runs one.');
    const broken = { ...result, success: false, errors: ['release: refused.'], warnings: ['Not listed.'] };
    expect(resultText(broken)).toBe('release: refused. The tenant runs one. Not listed.');
    expect(resultLines(t, broken)).toEqual([
      'failed: release: refused.',
      'Warning: Not listed.',
      'registry/app:one, ready, https://one.example.com',
      'The tenant runs one.',
    ]);
  });

  it.each([
    'command:workbench.action.quit',
    'file:///etc/passwd',
    'vscode://x',
    'javascript:1',
    'no',
    '',
    null,
  ])('offer nothing to open for %s', (url) => expect(appLink(url)).toBeUndefined());

  it('offer the address of an app', () => {
    expect(appLink('https://one.example.com')).toMatch(/^https:\/\/one\.example\.com\/?$/);
    expect(appLink('http://127.0.0.1:9')).toBeDefined();
  });
});

describe('a line in a terminal', () => {
  it('moves no cursor and sets no title', () => {
    expect(terminalLine('a\u001b[2J b\nc\u0007d\u009be')).toBe('a b\r\nc?d?e\r\n');
    expect(terminalLine('\u001b]0;title\u0007x')).not.toContain('\u001b');
  });
});
