import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { packageExtension } from '../../../scripts/package/packageExtension.mjs';
import { ensureVscodeServer } from '../../../scripts/vscode/ensureVscodeServer.mjs';

const root = path.resolve(import.meta.dirname, '../../..');

/**
 * Packages the extension for all of the window tests (`SYNC_TEST_VSIX`): they see what users install. Builds it first
 * unless scripts/test.mjs did (`SYNC_TEST_BUILT`).
 */
export async function setup(): Promise<(() => void) | undefined> {
  await ensureVscodeServer();
  if (process.env.SYNC_TEST_BUILT === undefined) build();
  const vsix = path.join(root, '.cache', `ui-tests-${process.pid}.vsix`);
  await packageExtension(root, vsix);
  process.env.SYNC_TEST_VSIX = vsix;
  return () => {
    if (existsSync(vsix)) rmSync(vsix);
  };
}

function build(): void {
  const { status } = spawnSync(process.execPath, ['esbuild.mjs'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('The extension could not be built.');
}
