import { spawn } from 'node:child_process';

/**
 * Runs a command to its end without showing its output, unless it fails.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{cwd: string, env?: NodeJS.ProcessEnv}} options
 * @returns {Promise<string>} what it printed to standard output
 * @throws {Error} when it cannot be started or ends with another code than 0; the message holds its last output
 */
export function runTool(command, args, { cwd, env = process.env }) {
  return new Promise((resolve, reject) => {
    let printed = '';
    let output = '';
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (text) => {
      printed += text;
      output += text;
    });
    child.stderr.on('data', (text) => {
      output += text;
    });
    child.on('error', (error) => reject(new Error(`${command} could not be started: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(printed);
      else
        reject(
          new Error(`${command} ${args.join(' ')} ended with ${code ?? signal}:\n${output.slice(-4000)}`),
        );
    });
  });
}
