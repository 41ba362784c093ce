import { spawn } from 'node:child_process';
import path from 'node:path';

/**
 * Opens the desktop `code` on a folder, with the extension of this checkout and none of the user's own settings.
 *
 * @param {{root: string, folder: string, directory: string}} options `directory` holds the editor's own files
 * @returns {Promise<{ended: Promise<void>, stop: () => Promise<void>}>}
 * @throws {Error} when there is no `code`
 */
export async function openDesktop({ root, folder, directory }) {
  const args = [
    '--new-window',
    '--wait',
    `--extensionDevelopmentPath=${root}`,
    `--user-data-dir=${path.join(directory, 'desktop')}`,
    `--extensions-dir=${path.join(directory, 'desktop-extensions')}`,
    ...['--disable-workspace-trust', '--skip-welcome', folder],
  ];
  const child = spawn('code', args, { stdio: 'inherit', shell: process.platform === 'win32' });
  const ended = new Promise((resolve) => child.once('exit', () => resolve()));
  await new Promise((resolve, reject) => {
    child.once('spawn', resolve).once('error', (error) => {
      reject(
        new Error(`"code" could not be started (${error.message}): install it, or leave --desktop out.`),
      );
    });
  });
  return {
    ended,
    async stop() {
      child.kill();
      await ended;
    },
  };
}
