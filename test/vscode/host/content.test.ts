import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Client } from 'pg';
import * as vscode from 'vscode';
import { sha256 } from '../../../src/core/digest';
import { openStateDirectory } from '../../../src/core/state/stateDirectory';
import { findJournals, newJournal, stagingFolder, writeJournal } from '../../../src/core/state/swapJournal';
import { toRowUri } from '../../../src/ui/content/rowUri';
import type { RowDocument } from '../../../src/ui/content/rowUri';

const root = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
const contentFile = (relative: string) => vscode.Uri.file(path.join(root, 'services', 'content', relative));
const rowUri = (document: RowDocument) =>
  vscode.Uri.from({ scheme: 'systemprompt-row', ...toRowUri(document) });

async function queryProject<Row>(sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: process.env.SYNC_TEST_PROJECT_DATABASE_URL });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end();
  }
}

describe('content in the extension host', () => {
  before(async () => {
    await vscode.commands.executeCommand('systempromptSync.content.refresh');
  });

  it('puts problems of files into the Problems panel, at their place, with the rule that found them', () => {
    const [problem, ...others] = vscode.languages.getDiagnostics(contentFile('guides/going-live.md'));
    assert.deepEqual(others, []);
    assert.equal(problem?.severity, vscode.DiagnosticSeverity.Error);
    assert.equal(problem.source, 'Systemprompt Sync');
    assert.equal(problem.code, 'dateFormat');
    assert.equal(problem.range.start.line, 6);
  });

  it('shows a row as the text of its file, as markdown', async () => {
    const key = { sourceId: 'guides', locale: 'en', slug: 'first-agent' };
    const uri = rowUri({ type: 'row', key, path: 'services/content/guides/first-agent.md' });
    const shown = await vscode.workspace.openTextDocument(uri);
    const onDisk = await vscode.workspace.openTextDocument(contentFile('guides/first-agent.md'));
    assert.equal(shown.languageId, 'markdown');
    const lines = onDisk.getText().split('\n');
    const differing = shown
      .getText()
      .split('\n')
      .filter((line, index) => line !== lines[index]);
    assert.deepEqual(differing, ['keywords: "agents, start, beginner"']);
  });

  it('shows a row that does not exist as an empty text', async () => {
    const key = { sourceId: 'guides', locale: 'en', slug: 'never-written' };
    assert.equal((await vscode.workspace.openTextDocument(rowUri({ type: 'row', key }))).getText(), '');
  });

  it('refuses an address that names no row of ours', async () => {
    const forged = vscode.Uri.from({
      scheme: 'systemprompt-row',
      path: '/x.md',
      query: '["row","guides","en","first-agent","../../../../etc/passwd"]',
    });
    await assert.rejects(async () => vscode.workspace.openTextDocument(forged));
  });

  it('pushes a new file when it is asked to by its address, without a question', async () => {
    await vscode.commands.executeCommand(
      'systempromptSync.content.pushItem',
      contentFile('blog/new-ferry/index.md'),
    );
    const rows = await queryProject<{ title: string }>(
      `SELECT title FROM markdown_content WHERE slug = 'new-ferry'`,
    );
    assert.deepEqual(rows, [{ title: 'The new ferry' }]);
  });

  it('completes what an interrupted run has left before it pushes what that run has written', async () => {
    const uri = contentFile('guides/left-behind.md');
    const like = await vscode.workspace.fs.readFile(contentFile('guides/first-agent.md'));
    const text = Buffer.from(like)
      .toString('utf8')
      .replace(/^slug:.*$/m, 'slug: left-behind');
    const state = openStateDirectory(root);
    const entry = { path: 'services/content/guides/left-behind.md', before: null, after: sha256(text) };
    const journal = { ...newJournal(state, root, [null]), entries: [{ ...entry, staging: 0, staged: 0 }] };
    // As a run leaves it that dies between its journal and its first file.
    await mkdir(stagingFolder(state, journal, 0), { recursive: true });
    await writeFile(path.join(stagingFolder(state, journal, 0), '0'), text);
    await writeJournal(state, journal);

    await vscode.commands.executeCommand('systempromptSync.content.refresh');
    await assert.rejects(async () => vscode.workspace.fs.stat(uri), 'comparing changes nothing');
    await vscode.commands.executeCommand('systempromptSync.content.pushItem', uri);
    assert.equal(Buffer.from(await vscode.workspace.fs.readFile(uri)).toString('utf8'), text);
    assert.deepEqual(await findJournals(state), []);
    const rows = await queryProject(`SELECT slug FROM markdown_content WHERE slug = 'left-behind'`);
    assert.deepEqual(rows, [{ slug: 'left-behind' }]);
  });

  it('takes problems out of the panel once they are mended', async () => {
    const uri = contentFile('guides/going-live.md');
    const text = Buffer.from(await vscode.workspace.fs.readFile(uri)).toString('utf8');
    await vscode.workspace.fs.writeFile(uri, Buffer.from(text.replace('22 March 2026', '2026-03-22')));
    await vscode.commands.executeCommand('systempromptSync.content.refresh');
    assert.deepEqual(vscode.languages.getDiagnostics(uri), []);
  });
});
