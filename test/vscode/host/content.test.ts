import assert from 'node:assert/strict';
import path from 'node:path';
import { Client } from 'pg';
import * as vscode from 'vscode';
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

  it('takes problems out of the panel once they are mended', async () => {
    const uri = contentFile('guides/going-live.md');
    const text = Buffer.from(await vscode.workspace.fs.readFile(uri)).toString('utf8');
    await vscode.workspace.fs.writeFile(uri, Buffer.from(text.replace('22 March 2026', '2026-03-22')));
    await vscode.commands.executeCommand('systempromptSync.content.refresh');
    assert.deepEqual(vscode.languages.getDiagnostics(uri), []);
  });
});
