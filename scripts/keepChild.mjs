/**
 * Runs a command that must not outlive the process that asked for it: ends its whole process group, and removes a
 * folder, when standard input closes. The system closes that pipe however the parent dies.
 *
 * Arguments: the folder to remove afterwards ('' for none), the command, its arguments. Output is passed on.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

const [folder, command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true });
let ending;

process.stdin.resume();
process.stdin.on('end', end).on('error', end).on('close', end);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
child.on('error', (error) => {
  process.stderr.write(`${command}: ${error.message}\n`);
  leave(1);
});
child.on('exit', (code) => {
  clearTimeout(ending);
  // What it started may hold on for a moment longer.
  signalGroup('SIGKILL');
  leave(code ?? 0);
});

function end() {
  if (ending !== undefined) return;
  ending = setTimeout(() => signalGroup('SIGKILL'), 5000);
  signalGroup('SIGTERM');
}

function signalGroup(signal) {
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

function leave(code) {
  if (folder !== '') rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  process.exit(code);
}
