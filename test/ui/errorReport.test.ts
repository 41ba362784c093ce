import { describe, expect, it } from 'vitest';
import { assertGuards } from '../../src/core/guards';
import { SyncError } from '../../src/core/syncError';
import { inEditorWords } from '../../src/ui/editorWords';
import { errorForLog, reportError } from '../../src/ui/errorReport';
import { inEnglish as t } from './inEnglish';

describe('what a person is told about an error', () => {
  it('is nothing when they cancelled it themselves', () => {
    expect(reportError(t, new SyncError('cancelled', 'Cancelled.'))).toBeUndefined();
  });

  it('is message and hint, with the buttons that help', () => {
    const error = new SyncError('database', 'Nothing answers at 127.0.0.1:5432.', {
      hint: 'Is Postgres running there?',
    });
    expect(reportError(t, error)).toEqual({
      severity: 'error',
      text: 'Nothing answers at 127.0.0.1:5432. Is Postgres running there?',
      actions: ['setDatabaseUrl', 'showLog'],
    });
  });

  it('offers the file and place where there is one', () => {
    const details = { path: 'services/content/config.yaml', line: 7, column: 3 };
    expect(reportError(t, new SyncError('invalidInput', 'line 7', { details }))).toMatchObject({
      actions: ['openFile', 'openSettings', 'showLog'],
      place: details,
    });
  });

  it.each([
    ['notSignedIn', 'unauthorized', ['signIn', 'setToken', 'showLog']],
    ['noTenant', 'missingConfig', ['selectTenant', 'openSettings']],
    ['wrongUserType', 'unauthorized', ['showLog']],
  ] as const)('offers what helps against %s', (reason, code, actions) => {
    expect(reportError(t, new SyncError(code, 'No.', { details: { reason } }))?.actions).toEqual(actions);
  });

  it('offers another look where checks stopped a deploy, and the output where a program failed', () => {
    const checks = new SyncError('missingConfig', 'Not ready.', { details: { checks: ['engine'] } });
    expect(reportError(t, checks)?.actions).toEqual(['checkDeploy']);
    const failed = new SyncError('commandFailed', 'docker push ended with 1.');
    expect(reportError(t, failed)?.actions).toEqual(['showDeployOutput']);
  });

  it('is a warning, and the way on, where we stopped on purpose', () => {
    const target = {
      kind: 'database',
      label: 'postgres on db.example.com:5432/app',
      host: 'db.example.com',
      production: true,
    } as const;
    const steps = [{ action: 'create' as const }];
    const plan = { id: '', operation: '', target, steps, left: [], targetItems: 1, sourceItems: 1 };
    let thrown: unknown;
    try {
      assertGuards(plan, {});
    } catch (error) {
      thrown = error;
    }
    const report = reportError(t, thrown);
    expect(report).toMatchObject({ severity: 'warning', actions: ['markNotProduction'] });
    expect(report?.text).not.toContain('--');
  });

  it('is no technical text when the fault is ours', () => {
    const report = reportError(t, new TypeError('x is not a function'));
    expect(report).toMatchObject({ severity: 'error', actions: ['showLog'] });
    expect(report?.text).not.toContain('not a function');
  });

  it('holds no password, even where a message should have one', () => {
    const error = new SyncError('database', 'cannot open postgres://app:s3cr3t-w0rd@db:5432/app');
    expect(reportError(t, error)?.text).not.toContain('s3cr3t-w0rd');
  });

  it('asks for another profile when the one that was asked for does not exist', () => {
    const details = { profile: 'prod', available: ['local'] };
    expect(reportError(t, new SyncError('missingConfig', 'no profile prod', { details }))?.actions[0]).toBe(
      'selectProfile',
    );
  });
});

describe('what the log gets', () => {
  it('is the whole chain of causes with code, hint and details', () => {
    const cause = new Error('connect ECONNREFUSED');
    const text = errorForLog(
      new SyncError('database', 'Nothing answers.', { hint: 'Start it.', details: { port: 5432 }, cause }),
    );
    for (const part of [
      'Nothing answers.',
      'code: database',
      'hint: Start it.',
      '{"port":5432}',
      'caused by:',
      'ECONNREFUSED',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('ends for an error that is its own cause', () => {
    const error = new Error('round and round');
    error.cause = error;
    expect(errorForLog(error).length).toBeLessThan(100_000);
  });
});

describe('the words of the editor', () => {
  it.each([
    [
      'Name an existing folder with --project.',
      'Name an existing folder with the setting systempromptSync.project.folder.',
    ],
    [
      'Choose a profile (--profile local | prod), or set DATABASE_URL.',
      'Choose a profile (the command Select Profile…), or set DATABASE_URL.',
    ],
    [
      'Confirm it with --confirm-target db.example.com, or mark the host as not production.',
      'Type the host when asked, or mark the host as not production.',
    ],
    ['allow it with --allow-mass-delete 12.', 'allow it with its number when asked.'],
  ])('replace options of the command line: %s', (before, after) => {
    expect(inEditorWords(before)).toBe(after);
  });

  it('leave everything else as it is', () => {
    const text = 'services/content/blog/a.md, line 4: the date is no day -- write 2026-01-31.';
    expect(inEditorWords(text)).toBe(text);
  });
});
