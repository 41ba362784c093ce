import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import { actionOf, hoverAt, problemsOf, proposalsAt, until } from './editorWaits';

/** Nothing here is saved: the file stays as the other tests know it. */
describe('language support for access rules', () => {
  const uri = () =>
    vscode.Uri.file(
      path.join(
        vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '',
        'services',
        'access-control',
        'config.yaml',
      ),
    );
  let document: vscode.TextDocument;
  let editor: vscode.TextEditor;
  let original: string;

  const write = async (text: string): Promise<void> => {
    const all = new vscode.Range(new vscode.Position(0, 0), document.positionAt(document.getText().length));
    assert.ok(await editor.edit((edit) => edit.replace(all, text)));
  };
  const behind = (text: string): vscode.Position => {
    const at = document.getText().indexOf(text);
    assert.notEqual(at, -1, `the document does not hold ${text}`);
    return document.positionAt(at + text.length);
  };
  const problem = async (code: string) =>
    until(`the problem ${code}`, () => problemsOf(uri()).find((each) => each.code === code));

  before(async () => {
    await vscode.extensions.getExtension('systemprompt-sync.systemprompt-sync')?.activate();
    document = await vscode.workspace.openTextDocument(uri());
    editor = await vscode.window.showTextDocument(document);
    original = document.getText();
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('is quiet about rules that are right', async () => {
    await until('a clean file', () => (problemsOf(uri()).length === 0 ? true : undefined));
  });

  it('shows an error where it is typed, and mends it with the nearest word', async () => {
    await write(original.replace('access: allow', 'access: alow'));
    const found = await problem('badEnum');
    assert.equal(found.severity, vscode.DiagnosticSeverity.Error);
    assert.equal(document.getText(found.range), 'alow');
    const action = await actionOf(document, 'Change access to allow');
    assert.ok(action.edit);
    await vscode.workspace.applyEdit(action.edit);
    assert.equal(document.getText(), original);
    await until('the end of the problem', () => (problemsOf(uri()).length === 0 ? true : undefined));
  });

  it('warns of an id that no service declares, and offers the nearest one', async () => {
    await write(original.replace('entity_id: pilot', 'entity_id: pilto'));
    const found = await problem('undeclaredId');
    assert.equal(found.severity, vscode.DiagnosticSeverity.Warning);
    assert.equal(document.getText(found.range), 'pilto');
    const action = await actionOf(document, 'Change entity_id to pilot');
    assert.ok(action.edit);
    await vscode.workspace.applyEdit(action.edit);
    assert.equal(document.getText(), original);
  });

  it('proposes keys, types, the ids of a type, and known roles', async () => {
    await write('rules:\n  - entity_type: agent\n    entity_id: \n    roles: [har]\n    \n');
    const missing = async (position: vscode.Position, wanted: readonly string[]) => {
      const proposed = await proposalsAt(uri(), position);
      return wanted.filter((each) => !proposed.includes(each));
    };
    assert.deepEqual(await missing(behind('entity_id: '), ['pilot', 'night_watch']), []);
    assert.ok(!(await proposalsAt(uri(), behind('entity_id: '))).includes('knots'));
    assert.deepEqual(await missing(behind('entity_type: '), ['agent', 'skill', 'mcp_server']), []);
    assert.deepEqual(await missing(behind('[har'), ['admin', 'anonymous', 'user']), []);
    assert.deepEqual(await missing(new vscode.Position(4, 4), ['access', 'justification']), []);
  });

  it('explains keys, and of an id says whether it is declared and what the database has', async () => {
    await write(original);
    assert.match(await hoverAt(uri(), behind('entity_ty')), /What kind of thing the rule is about/);
    // The comparison may still be under way: until then only the services are known.
    let text = '';
    const end = Date.now() + 30_000;
    do text = await hoverAt(uri(), behind('entity_id: night_w'));
    while (!text.includes('In the database') && Date.now() < end);
    assert.match(text, /Declared by the services/);
    assert.match(text, /In the database: admin deny/);
  });
});
