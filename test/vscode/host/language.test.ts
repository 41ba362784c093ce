import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { actionOf, hoverAt, problemsOf, proposalsAt, until } from './editorWaits';

describe('language support for content', () => {
  const root = () => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  const folder = () => path.join(root(), 'services', 'content', 'guides', 'language-test');
  const write = (name: string, text: string): vscode.Uri => {
    mkdirSync(folder(), { recursive: true });
    writeFileSync(path.join(folder(), name), text);
    return vscode.Uri.file(path.join(folder(), name));
  };

  before(async () => {
    await vscode.extensions.getExtension('systemprompt-sync.systemprompt-sync')?.activate();
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    rmSync(folder(), { recursive: true, force: true });
  });

  it('shows problems at their place, fixes them, and is quiet then', async () => {
    const uri = write(
      'lighthouse.md',
      '---\ntitle: 1.0\nauthor: Ann\npublished_at: 22 March 2026\nkind: guide\n---\n\nText\n',
    );
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    // The comparison may have seen the file first; what it says reaches to the line's end, whatever stands there.
    const found = await until('every problem', () => {
      const all = problemsOf(uri).filter(({ range }) => range.end.character < 1000);
      return all.length === 3 && all.length === problemsOf(uri).length ? all : undefined;
    });
    assert.deepEqual(found.map(({ code }) => code).sort(), ['dateFormat', 'notText', 'requiredMissing']);
    const date = found.find(({ code }) => code === 'dateFormat');
    assert.equal(document.getText(date?.range), '22 March 2026');

    for (const title of [
      'Change published_at to 2026-03-22',
      'Put 1.0 into quotes',
      'Add slug: lighthouse',
    ]) {
      const before = problemsOf(uri).length;
      const action = await actionOf(document, title);
      assert.equal(action.isPreferred, true);
      assert.ok(action.edit);
      await vscode.workspace.applyEdit(action.edit);
      await until(`the end of the problem after "${title}"`, () =>
        problemsOf(uri).length < before ? true : undefined,
      );
    }
    assert.equal(
      document.getText(),
      '---\ntitle: "1.0"\nauthor: Ann\npublished_at: 2026-03-22\nkind: guide\nslug: "lighthouse"\n---\n\nText\n',
    );
    await document.save();
    await until('a clean file', () => (problemsOf(uri).length === 0 ? true : undefined));
  });

  it('follows typing', async () => {
    const uri = vscode.Uri.file(path.join(folder(), 'lighthouse.md'));
    const document = await vscode.workspace.openTextDocument(uri);
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((edit) => edit.replace(new vscode.Range(4, 6, 4, 11), 'gude'));
    const [problem] = await until('a warning', () => {
      const found = problemsOf(uri).filter(({ code }) => code === 'kindNotAllowed');
      return found.length > 0 ? found : undefined;
    });
    assert.equal(problem?.severity, vscode.DiagnosticSeverity.Warning);
    assert.equal(document.getText(problem.range), 'gude');
    await vscode.commands.executeCommand('undo');
    await until('the end of the warning', () => (problemsOf(uri).length === 0 ? true : undefined));
  });

  it('proposes keys and kinds, and explains keys', async () => {
    const uri = vscode.Uri.file(path.join(folder(), 'lighthouse.md'));
    const kinds = await proposalsAt(uri, new vscode.Position(4, 6));
    assert.deepEqual(
      ['guide', 'tutorial'].filter((kind) => !kinds.includes(kind)),
      [],
    );
    const keys = await proposalsAt(uri, new vscode.Position(1, 0));
    assert.ok(keys.includes('description'));
    assert.ok(!keys.includes('kind'));
    const text = await hoverAt(uri, new vscode.Position(5, 1));
    assert.match(text, /markdown_content\.slug/);
  });

  it('checks the content config with what is typed into it', async () => {
    const uri = vscode.Uri.file(path.join(root(), 'services', 'content', 'config.yaml'));
    const document = await vscode.workspace.openTextDocument(uri);
    const editor = await vscode.window.showTextDocument(document);
    const before = document.getText();
    const at = before.indexOf('description: News from');
    const range = new vscode.Range(document.positionAt(at), document.positionAt(at + 'description'.length));
    await editor.edit((edit) => edit.replace(range, 'descripton'));
    const [problem] = await until('the warning', () =>
      problemsOf(uri).length > 0 ? problemsOf(uri) : undefined,
    );
    assert.equal(problem?.code, 'configUnknownKey');
    assert.equal(document.getText(problem.range), 'descripton');
    await vscode.commands.executeCommand('undo');
    await until('the end of the warning', () => (problemsOf(uri).length === 0 ? true : undefined));
    assert.equal(document.getText(), before);
  });
});
