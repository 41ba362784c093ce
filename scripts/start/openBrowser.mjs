import { spawn } from 'node:child_process';

const openers = { darwin: 'open', linux: 'xdg-open' };

/**
 * Opens an address in the user's browser, where there is a screen to show one. Silent when it cannot: the address is
 * printed anyway.
 *
 * @param {string} url
 */
export function openBrowser(url) {
  const opener = openers[process.platform];
  const hasScreen = process.platform === 'darwin' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (opener === undefined || !hasScreen || !process.stdout.isTTY) return;
  spawn(opener, [url], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
