import assert from 'node:assert/strict';
import * as vscode from 'vscode';

const id = 'systemprompt-sync.systemprompt-sync';

describe('in the extension host', () => {
  it('activates on the sample project', async () => {
    const extension = vscode.extensions.getExtension(id);
    assert.ok(extension, `${id} is not installed`);
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it('registers every command that the manifest names', async () => {
    const { contributes } = vscode.extensions.getExtension(id)?.packageJSON as {
      contributes: { commands: { command: string }[] };
    };
    const registered = await vscode.commands.getCommands(true);
    const missing = contributes.commands
      .map(({ command }) => command)
      .filter((name) => !registered.includes(name));
    assert.deepEqual(missing, []);
  });
});
